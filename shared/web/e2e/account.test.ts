import { expect, test } from "vitest";
import { words } from "./desk.ts";
import { ana } from "./stack.ts";
import { closing, scene } from "./story.ts";

const here = scene();
const t = words("es");

const email = "marta@panaderia.example";
const first = "pan con manteca";
const second = "medialunas de ayer";

async function linkIn(subject: RegExp, path: string): Promise<string> {
  let link = "";
  await expect
    .poll(async () => {
      const mail = (await here.stack.mails(email)).find((one) => subject.test(one.subject) && one.text.includes(path));
      link = mail?.text.match(new RegExp(`http\\S+${path}\\?token=\\S+`))?.[0] ?? "";
      here.stack.keepSecret(link.split("token=")[1] ?? "");
      return link;
    })
    .not.toBe("");
  return link;
}

test("somebody signs up, confirms the address by mail, and the banner goes", async () => {
  here.stack.keepSecret(email, first, second);
  const desk = await here.desk();
  const { page } = desk;
  await desk.goto("/sign-in");
  await page.getByRole("link", { name: t("auth.signUp.link") }).click();
  await page.getByLabel(t("field.accountName")).fill("Panadería La Espiga");
  await page.getByLabel(t("field.yourName")).fill("Marta Núñez");
  await page.getByLabel(t("field.email")).fill("no es una dirección");
  await page.getByLabel(t("field.password"), { exact: true }).fill("corta");
  await desk.button("auth.signUp.submit").click();
  await page.getByText(t("field.emailInvalid")).waitFor();
  await page.getByText(t("field.passwordShort", { min: 10 })).waitFor();

  await page.getByLabel(t("field.email")).fill(ana);
  await page.getByLabel(t("field.password"), { exact: true }).fill(first);
  await desk.button("auth.signUp.submit").click();
  await page.getByText(t("auth.emailTaken")).waitFor();

  await page.getByLabel(t("field.email")).fill(email);
  await desk.button("auth.signUp.submit").click();
  await desk.online();
  await page.getByRole("link", { name: t("channels.connect") }).waitFor();
  const banner = page.getByText(t("banner.verify"));
  await banner.waitFor();
  await desk.button("banner.verifyResend").click();
  await page.getByText(t("banner.verifySent")).waitFor();

  const link = await linkIn(/./, "/verify");
  await page.goto(link);
  await page.getByText(t("auth.verify.done")).waitFor();
  await page.getByRole("link", { name: t("auth.verify.continue") }).click();
  await desk.online();
  await banner.waitFor({ state: "detached" });
  // The same one: a second mail is under way, and its link holds.
  await page.goto(link);
  await page.getByText(t("auth.linkExpired")).waitFor();
});

test("a wrong password is told, a forgotten one is replaced by mail, and the other sessions end", async () => {
  const desk = await here.desk();
  const { page } = desk;
  const elsewhere = await here.desk();
  await elsewhere.signIn(email, first);

  await desk.goto("/sign-in");
  await page.getByLabel(t("field.email")).fill(email);
  await page.getByLabel(t("field.password"), { exact: true }).fill("otra cosa distinta");
  await desk.button("auth.signIn.submit").click();
  await page.getByRole("alert").getByText(t("auth.wrongCredentials")).waitFor();

  await page.getByRole("link", { name: t("auth.forgot.link") }).click();
  await page.getByRole("heading", { name: t("auth.forgot.title") }).waitFor(); // both screens have such a field
  await page.getByLabel(t("field.email")).fill(email);
  await desk.button("auth.forgot.submit").click();
  await page.getByText(t("auth.forgot.sent")).waitFor();
  await page.goto(await linkIn(/./, "/reset"));
  await page.getByLabel(t("field.newPassword")).fill(second);
  await desk.button("auth.reset.submit").click();
  await page.getByText(t("auth.reset.done")).waitFor();

  await desk.signIn(email, second);
  await elsewhere.page.reload();
  await elsewhere.button("auth.signIn.submit").waitFor();
});

test("signing out ends the session, and signing in leads back to where somebody wanted to go", async () => {
  const desk = await here.desk();
  const { page } = desk;
  await desk.signIn(email, second);
  await desk.menu(t("shell.userMenu", { name: "Marta Núñez" }), "shell.signOut");
  await desk.button("auth.signIn.submit").waitFor();
  await desk.goto("/settings/operators");
  await page.getByLabel(t("field.email")).fill(email);
  await page.getByLabel(t("field.password"), { exact: true }).fill(second);
  await desk.button("auth.signIn.submit").click();
  await page.getByRole("heading", { name: t("settings.operators") }).waitFor();
});

closing(here);
