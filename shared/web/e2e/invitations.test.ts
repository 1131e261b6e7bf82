import { expect, test } from "vitest";
import { t, texts } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";

const harness = setUp();
const eva = "eva.duena@tienda.example";
const rita = "rita.invitada@tienda.example";
const leo = "leo.invitado@tienda.example";
const mara = "mara.invitada@tienda.example";
const secret = "empanadas de humita";

// S0-01, S0-02
test("owner invites people; one accepts in another browser and works with the chosen role", async () => {
  harness.stack.addSecrets(eva, rita, leo, mara, secret);
  const owner = await harness.desk();
  const { page } = owner;
  const dialog = page.getByRole("dialog");
  await owner.goto("/sign-up");
  await page.getByLabel(t("field.accountName")).fill("Librería Norte");
  await page.getByLabel(t("field.yourName")).fill("Eva Duarte");
  await page.getByLabel(t("field.email")).fill(eva);
  await page.getByLabel(t("field.password"), { exact: true }).fill(secret);
  await owner.button("auth.signUp.submit").click();
  await owner.online();
  await owner.goto("/settings/operators");
  await owner.button("invite.title").click();
  await dialog.getByText(t("invite.unverified", { email: eva })).waitFor();
  await owner.button("invite.verifyResend").click();
  await dialog.getByText(t("invite.verifySent")).waitFor();
  await page.goto(await harness.stack.linkTo(eva, "/verify"));
  await page.getByText(t("auth.verify.done")).waitFor();
  await owner.goto("/settings/operators");
  await owner.button("invite.title").click();
  const emails = dialog.getByLabel(t("invite.emails"));
  await emails.fill(`Rita Sosa <${rita}>; ${leo}\n${mara}, rita`);
  await owner.button("invite.submit").click();
  await dialog.getByText(t("invite.emailsWrong_one", { list: "rita" })).waitFor();
  await dialog.getByText(t("invite.roleMissing")).waitFor();
  await emails.press("Backspace");
  expect(await dialog.getByRole("radio").count()).toBe(2);
  await dialog.getByRole("radio", { name: t("role.admin") }).waitFor();
  await owner.button("invite.moreRoles").click();
  await dialog.getByRole("radio", { name: t("role.editor") }).check();
  await dialog.getByRole("radio", { name: t("role.readonly") }).check();
  await owner.button("invite.submit").click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText(t("invite.sent_other", { count: 3 })).waitFor();
  const row = (email: string) => page.getByRole("listitem").filter({ hasText: email });
  await row(leo)
    .getByText(new RegExp(t("role.readonly")))
    .waitFor();

  const first = await harness.stack.linkTo(leo, "/invitation");
  await owner.button("invitations.resendOne", { email: leo }).click();
  await page.getByText(t("invitations.resent", { email: leo })).waitFor();
  const second = await harness.stack.linkTo(leo, "/invitation", first);
  await owner.button("invitations.revokeOne", { email: leo }).click();
  await dialog.getByText(t("invitations.revokeText", { email: leo })).waitFor();
  await dialog.getByRole("button", { name: t("invitations.revoke") }).click();
  await row(leo).waitFor({ state: "detached" });

  const invited = await harness.desk({ locale: "pt-BR" });
  const pt = texts("pt");
  await invited.page.goto(first);
  await invited.page.getByRole("heading", { name: pt("auth.invitation.revoked") }).waitFor();
  await invited.page.goto(second);
  await invited.page.getByRole("heading", { name: pt("auth.invitation.revoked") }).waitFor();
  const link = await harness.stack.linkTo(rita, "/invitation");
  await invited.page.goto(link);
  await invited.page
    .getByText(pt("auth.invitation.lead", { inviter: "Eva Duarte", role: pt("role.readonly") }))
    .waitFor();
  expect(await invited.page.getByLabel(pt("field.email")).inputValue()).toBe(rita);
  await invited.page.getByLabel(pt("field.yourName")).fill("Rita Sosa");
  await invited.page.getByLabel(pt("field.password"), { exact: true }).fill(secret);
  await invited.page.getByRole("button", { name: pt("auth.invitation.submit") }).click();
  await invited.page.getByRole("navigation").waitFor();
  await expect.poll(() => new URL(invited.page.url()).pathname).toBe("/inbox");
  await expect.poll(() => invited.page.getByRole("status").allTextContents()).toContain(pt("connection.online"));

  await page.getByText(`${t("role.readonly")} · ${rita}`).waitFor();
  await owner.button("invitations.revokeOne", { email: rita }).waitFor({ state: "detached" });
  await row(mara).waitFor();
  const late = await harness.desk();
  await late.page.goto(link);
  await late.page.getByRole("heading", { name: t("auth.invitation.used") }).waitFor();
  await late.page.getByRole("link", { name: t("auth.signIn.submit") }).click();
  await late.button("auth.signIn.submit").waitFor();
  await owner.button("invite.title").click();
  await emails.fill(rita);
  await dialog.getByRole("radio", { name: t("role.admin") }).check();
  await owner.button("invite.submit").click();
  await dialog.getByText(t("invite.member")).waitFor();
});

finalChecks(harness);
