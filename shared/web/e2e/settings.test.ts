import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno, password } from "./stack.ts";

const harness = setUp();
const rita = "rita@demo.example";
const numbers = { north: "710000000000801", south: "710000000000802", token: "e2e-number-token" };
const rosa = { phone: "5491155550801", name: "Rosa Quiroga" };
const luis = { phone: "5491155550802", name: "Luis Ferro" };

async function addOperator(name: string, email: string, role: "operator" | "readonly") {
  await (await harness.stack.api(ana)).post("/operators", { name, email, role, password });
}

// B-22
test("a number is connected with its own token, its id corrected, and the channel disconnected", async () => {
  const { phone } = harness.stack;
  await phone.addNumber(numbers.north, "5491140008001", numbers.token);
  await phone.addNumber(numbers.south, "5491140008002", numbers.token);
  harness.stack.addSecrets(numbers.token);
  const desk = await harness.as(ana);
  const { page } = desk;
  await desk.goto("/settings/channels");
  await desk.button("channels.connect").click();
  const dialog = page.getByRole("dialog");
  const id = dialog.getByLabel(t("whatsapp.phoneNumberId"), { exact: true });
  const token = dialog.getByLabel(t("whatsapp.accessToken"), { exact: true });
  const connect = dialog.getByRole("button", { name: t("channels.connect") });
  await dialog.getByLabel(t("field.name"), { exact: true }).fill("WhatsApp Norte");
  await id.fill("710000000000899");
  await token.fill(numbers.token);
  await connect.click();
  await dialog.getByText(t("whatsapp.numberRefused")).waitFor();
  await id.fill(numbers.north);
  await token.fill("an-invented-token");
  await connect.click();
  await dialog.getByText(t("whatsapp.tokenRefused")).waitFor();
  await token.fill(numbers.token);
  await connect.click();
  await dialog.waitFor({ state: "detached" });
  const row = page.getByRole("listitem").filter({ hasText: "WhatsApp Norte" });
  await row.getByText(t("channels.waiting")).waitFor();

  await row.getByRole("link").click();
  await page.getByRole("button", { name: t("channels.editOne", { name: "WhatsApp Norte" }) }).click();
  await id.fill(numbers.south);
  await dialog.getByRole("button", { name: t("action.save") }).click();
  await dialog.getByText(t("channels.secretNeeded")).waitFor();
  await token.fill(numbers.token);
  await dialog.getByRole("button", { name: t("action.save") }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("definition").getByText(numbers.south).waitFor();

  await desk.button("channels.disconnect").click();
  await dialog.getByText(t("channels.disconnectText")).waitFor();
  await dialog.getByRole("button", { name: t("channels.disconnect") }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("WhatsApp Tienda Demo").waitFor();
  await expect.poll(() => page.getByRole("listitem").filter({ hasText: "WhatsApp Norte" }).count()).toBe(0);
});

// S3-10
test("new operator has the permissions of the role and receives conversations", async () => {
  const owner = await harness.as(ana);
  await addOperator("Rita Sosa", rita, "operator");
  await owner.goto("/settings/distribution");
  await owner.page.getByRole("radio", { name: t("distribution.account") }).waitFor();
  expect(await owner.page.getByRole("radio", { name: t("distribution.account") }).isChecked()).toBe(true);
  await owner.page.getByRole("switch", { name: t("availability.label") }).click();
  await expect
    .poll(() => owner.page.getByRole("switch", { name: t("availability.label") }).getAttribute("aria-checked"))
    .toBe("false");

  const operator = await harness.as(rita);
  await operator.goto("/settings/distribution");
  const mode = operator.page.getByRole("radio", { name: t("distribution.manager") });
  await mode.waitFor();
  expect(await mode.isDisabled()).toBe(true);
  expect(
    await operator.page
      .getByRole("main")
      .getByRole("button", { name: t("action.save") })
      .first()
      .isDisabled(),
  ).toBe(true);
  await operator.goto("/settings/channels");
  await operator.page.getByText("WhatsApp Tienda Demo").waitFor();
  expect(await operator.button("channels.connect").count()).toBe(0);
  await operator.goto("/settings/operators");
  await operator.page.getByText("Rita Sosa").first().waitFor();
  expect(await operator.button("invite.title").count()).toBe(0);
  await operator.goto("/inbox");
  await operator.online();
  await operator.page.getByRole("switch", { name: t("availability.label") }).click();
  await expect
    .poll(() => operator.page.getByRole("switch", { name: t("availability.label") }).getAttribute("aria-checked"))
    .toBe("true");

  await harness.stack.phone.add(rosa);
  await harness.stack.phone.say(rosa.phone, "¿Quién me atiende?");
  await operator.row(rosa.name).waitFor();
  await operator.page.getByText(t("notice.assigned")).waitFor();

  await owner.page.getByRole("radio", { name: t("distribution.manager") }).click();
  await owner.page.getByRole("combobox", { name: t("distribution.managerPick") }).click();
  await owner.page.getByRole("option", { name: "Bruno Díaz" }).click();
  await owner.page
    .locator("form")
    .first()
    .getByRole("button", { name: t("action.save") })
    .click();
  await owner.page.getByText(t("state.saved")).waitFor();
  const manager = await harness.as(bruno);
  await harness.stack.phone.add(luis);
  await harness.stack.phone.say(luis.phone, "Hola a todos");
  await manager.row(luis.name).waitFor();
  await manager.open(luis.name);
  await manager.event(t("reason.fixedManager")).waitFor();
});

test("read-only operator sees conversations and cannot change them", async () => {
  await addOperator("Olga Mira", "olga@demo.example", "readonly");
  const reader = await harness.as("olga@demo.example");
  await reader.box("inbox.box.all");
  await reader.open(luis.name);
  await reader.page.getByText(t("composer.notAllowed")).waitFor();
  expect(await reader.composer.count()).toBe(0);
  expect(await reader.button("conversation.resolve").isDisabled()).toBe(true);
  expect(await reader.button("conversation.assigneeIs", { name: "Bruno Díaz" }).isDisabled()).toBe(true);
  await reader.page.keyboard.press("e");
  await reader.page.keyboard.press("a");
  expect(await reader.page.getByRole("option").count()).toBe(0);
  const { status } = await (await harness.stack.api(ana)).withContact(luis.name);
  expect(status).toBe("open");
});

// S3-09, S3-11
test("inactive conversation is closed automatically, with the reason", async () => {
  const owner = await harness.as(ana);
  await owner.goto("/settings/distribution");
  const form = owner.page.locator("form").filter({ hasText: t("closing.title") });
  const closes = form.getByRole("switch", { name: t("closing.switch") });
  await closes.waitFor();
  if (!(await closes.isChecked())) await closes.click();
  await form.getByLabel(t("closing.minutes")).fill("45");
  await form.getByRole("button", { name: t("action.save") }).click();
  await owner.page.getByText(t("state.saved")).waitFor();

  const manager = await harness.as(bruno);
  await manager.open(luis.name);
  await harness.stack.advance("46m");
  await manager.event(t("event.closed")).getByText(t("reason.idle")).waitFor();
  await manager.button("conversation.reopen").waitFor();
  // While it is open it keeps its place, and says that it is resolved.
  await manager.row(luis.name).getByText(t("status.resolved")).waitFor();
  await manager.state("inbox.state.resolved");
  await manager.row(luis.name).waitFor();
  // A new message reopens it.
  await harness.stack.phone.say(luis.phone, "Perdón, me había ido");
  await manager.state("inbox.state.open");
  await manager.row(luis.name).getByText("Perdón, me había ido").waitFor();
});

finalChecks(harness);
