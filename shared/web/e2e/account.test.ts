import { expect, test } from "vitest";
import { texts } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const t = texts("es");

const email = "marta@panaderia.example";
const first = "pan con manteca";
const second = "medialunas de ayer";

async function linkIn(subject: RegExp, path: string): Promise<string> {
  let link = "";
  await expect
    .poll(async () => {
      const mail = (await harness.stack.mails(email)).find(
        (one) => subject.test(one.subject) && one.text.includes(path),
      );
      link = mail?.text.match(new RegExp(`http\\S+${path}\\?token=\\S+`))?.[0] ?? "";
      harness.stack.addSecrets(link.split("token=")[1] ?? "");
      return link;
    })
    .not.toBe("");
  return link;
}

test("sign-up and email confirmation remove the banner", async () => {
  harness.stack.addSecrets(email, first, second);
  const desk = await harness.desk();
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
  await page.getByRole("link", { name: t("webchat.kind"), exact: true }).waitFor();
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
  // The first link again: it can be used once. The second mail's link is still valid.
  await page.goto(link);
  await page.getByText(t("auth.verify.expired")).waitFor();
});

test("password reset by email ends the other sessions", async () => {
  const desk = await harness.desk();
  const { page } = desk;
  const elsewhere = await harness.desk();
  await elsewhere.signIn(email, first);

  await desk.goto("/sign-in");
  await page.getByLabel(t("field.email")).fill(email);
  await page.getByLabel(t("field.password"), { exact: true }).fill("otra cosa distinta");
  await desk.button("auth.signIn.submit").click();
  await page.getByRole("alert").getByText(t("auth.wrongCredentials")).waitFor();

  await page.getByRole("link", { name: t("auth.forgot.link") }).click();
  await page.getByRole("heading", { name: t("auth.forgot.title") }).waitFor(); // both screens have an email field
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

test("sign-in after a sign-out returns to the requested page", async () => {
  const desk = await harness.desk();
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

finalChecks(harness);
