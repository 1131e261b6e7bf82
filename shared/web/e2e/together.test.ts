import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno } from "./stack.ts";

const harness = setUp();
const lucia = { phone: "5491155550201", name: "Lucía Fernández" };

// B-14, S1-17, S1-18, C-05
test("two operators see each other, and a reassigned conversation moves at once", async () => {
  await harness.stack.phone.add(lucia);
  await harness.stack.phone.say(lucia.phone, "¿Me pueden cambiar el pedido?");
  const first = await harness.as(ana);
  const second = await harness.as(bruno);
  await first.open(lucia.name);
  await second.page.getByText(t("inbox.empty")).waitFor();
  await second.box("inbox.box.all");
  await second.open(lucia.name);

  await first.page.getByRole("img", { name: t("conversation.viewing", { names: "Bruno Díaz" }) }).waitFor();
  await second.page.getByRole("img", { name: t("conversation.viewing", { names: "Ana Ruiz" }) }).waitFor();
  await second.composer.pressSequentially("Déjame ver");
  await first.page.getByRole("status").getByText("Bruno Díaz").waitFor();
  await second.composer.fill("");
  await first.page.getByRole("status").getByText("Bruno Díaz").waitFor({ state: "detached" });

  await second.box("inbox.box.mine");
  await second.row(lucia.name).waitFor({ state: "detached" });
  await first.assignTo("Bruno Díaz");
  await second.row(lucia.name).waitFor();
  await second.page.getByText(t("notice.assigned")).waitFor();
  // The row that is open stays until its operator leaves it.
  await first.row(lucia.name).getByText("Bruno", { exact: true }).waitFor();
  const line = t("event.assignedBy", { actor: "Ana Ruiz", assignee: "Bruno Díaz" });
  await first.event(line).waitFor();
  await second.event(line).waitFor();
  expect(await second.event(line).count()).toBe(1);
  const events = await (await harness.stack.api(ana)).events(
    (await (await harness.stack.api(ana)).withContact(lucia.name)).id,
  );
  expect(events.filter(({ type }) => type === "assigned" || type === "unassigned")).toHaveLength(2);

  // The earlier automatic assignment is folded into the line, and shows its reason.
  await second.unfold();
  await second.log.getByRole("button", { name: t("event.why") }).click();
  await second.log.getByRole("listitem").filter({ hasText: "Ana Ruiz" }).getByText(t("outcome.chosen")).waitFor();
});

// S1-16
test("resolve and reopen move the row for both operators at once", async () => {
  const first = await harness.as(ana);
  const second = await harness.as(bruno);
  await first.box("inbox.box.all");
  await first.row(lucia.name).waitFor();
  await second.open(lucia.name);
  await second.button("conversation.resolve").click();
  await first.row(lucia.name).waitFor({ state: "detached" });
  await second.row(lucia.name).getByText(t("status.resolved"), { exact: true }).waitFor();
  await first.state("inbox.state.resolved");
  await first.row(lucia.name).waitFor();
  await second.event(t("event.resolvedBy", { actor: "Bruno Díaz" })).waitFor();
  await second.button("conversation.reopen").click();
  await first.row(lucia.name).waitFor({ state: "detached" });
  await first.state("inbox.state.open");
  await first.row(lucia.name).waitFor();
  await second.row(lucia.name).waitFor();
});

// S1-21
test("unread state is per operator and shared by that operator's devices", async () => {
  await harness.stack.phone.say(lucia.phone, "¿Hola?");
  const first = await harness.as(ana);
  const second = await harness.as(bruno);
  await first.box("inbox.box.all");
  const unread = /sin leer$/;
  await first.row(lucia.name).getByText("¿Hola?").waitFor();
  await first.row(lucia.name).getByRole("img", { name: unread }).waitFor();
  await second.row(lucia.name).getByRole("img", { name: unread }).waitFor();
  await second.open(lucia.name);
  await second.row(lucia.name).getByRole("img", { name: unread }).waitFor({ state: "detached" });
  await first.reload();
  await first.row(lucia.name).getByRole("img", { name: unread }).waitFor();

  // Assigning does not change it. "Mark as unread" applies on all of the operator's devices.
  const elsewhere = await harness.as(bruno);
  await elsewhere.row(lucia.name).waitFor();
  expect(await elsewhere.row(lucia.name).getByRole("img", { name: unread }).count()).toBe(0);
  await second.page.getByRole("button", { name: t("conversation.more"), exact: true }).click();
  await second.page.getByRole("menuitem", { name: t("conversation.markUnread") }).click();
  await second.row(lucia.name).getByRole("img", { name: unread }).waitFor();
  await elsewhere.row(lucia.name).getByRole("img", { name: unread }).waitFor();
  await second.reload();
  await second.row(lucia.name).getByRole("img", { name: unread }).waitFor();
});

// B-15
test("desktop notification is shown for a new message if enabled and the tab is hidden", async () => {
  const desk = await harness.desk();
  await desk.context.addInitScript(() => {
    const calls: string[] = [];
    const away = { now: false };
    Object.assign(window, { calls, away });
    document.hasFocus = () => !away.now;
    window.Notification = class {
      static permission = "default";
      static requestPermission = async () => {
        window.Notification = Object.assign(window.Notification, { permission: "granted" });
        return "granted";
      };
      constructor(title: string, options: { body: string }) {
        calls.push(`${title}: ${options.body}`);
      }
      close() {}
    } as unknown as typeof Notification;
  });
  await desk.signIn(bruno);
  const calls = () => desk.page.evaluate(() => (window as unknown as { calls: string[] }).calls);
  const look = (away: boolean) =>
    desk.page.evaluate((now) => {
      Object.assign((window as unknown as { away: { now: boolean } }).away, { now });
    }, away);

  await look(true);
  await harness.stack.phone.say(lucia.phone, "¿Sigue en pie?");
  await desk.row(lucia.name).getByText("¿Sigue en pie?").waitFor();
  expect(await calls()).toEqual([]);
  await expect.poll(() => desk.page.title()).toBe("(1) Recado");

  await desk.page.getByRole("link", { name: t("shell.settings") }).click();
  const choice = desk.page.getByRole("switch", { name: t("profile.alertsSwitch") });
  await choice.click();
  await expect.poll(() => choice.isChecked()).toBe(true);
  await harness.stack.phone.say(lucia.phone, "¿Me lo guardan?");
  await expect.poll(calls).toEqual([`${lucia.name}: ¿Me lo guardan?`]);
  await look(false);
  await harness.stack.phone.say(lucia.phone, "Ya voy");
  await desk.page.getByRole("link", { name: new RegExp(`^${t("shell.inbox")}`) }).click();
  await desk.row(lucia.name).getByText("Ya voy").waitFor();
  expect(await calls()).toHaveLength(1);
});

// PROVIDERS §2.1.1: reaction, edit, revoke, context
test("customer's reactions, edits and deletions show at once", async () => {
  await harness.stack.phone.say(lucia.phone, "¿Me apartan el rojo?");
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.open(lucia.name);
  await desk.message("¿Me apartan el rojo?").waitFor();
  const unmoved = await desk.mark();
  await desk.reply("Apartado, te esperamos");
  await desk.delivery("Apartado, te esperamos", "delivery.delivered").waitFor();

  const phone = await (await harness.browser.newContext({ viewport: { width: 420, height: 800 } })).newPage();
  await phone.goto(`${harness.stack.url}/local/phone/`);
  await phone
    .locator("#customers")
    .getByRole("button", { name: new RegExp(lucia.name) })
    .click();
  const act = async (text: string) => {
    const bubble = phone.locator("li.bubble").filter({ hasText: text });
    await bubble.getByRole("button", { name: "React, edit, delete" }).click();
  };
  await act("Apartado");
  await phone.getByRole("button", { name: "🙏", exact: true }).click();
  const thanks = desk.message("Apartado").getByRole("img", { name: t("message.reaction.in", { emoji: "🙏" }) });
  await thanks.waitFor();

  await act("¿Me apartan el rojo?");
  await phone.getByRole("textbox", { name: "Another text" }).fill("¿Me apartan el azul? 💙");
  await phone.getByRole("button", { name: "Edit", exact: true }).click();
  await desk.message("¿Me apartan el azul? 💙").getByText(t("message.edited")).waitFor();
  expect(await desk.message("¿Me apartan el rojo?").count()).toBe(0);

  // Replies quote their message, in both directions.
  const asked = desk.message("¿Me apartan el azul? 💙");
  await asked.hover();
  await asked.getByRole("button", { name: t("message.reply") }).click();
  await desk.reply("El azul también");
  const told = phone.locator("li.bubble.theirs").filter({ hasText: "El azul también" });
  await told.locator(".quote").getByText("¿Me apartan el azul? 💙").waitFor();
  await desk.message("El azul también").locator("blockquote").getByText("¿Me apartan el azul? 💙").waitFor();
  await desk.delivery("El azul también", "delivery.read").waitFor();
  await act("El azul también");
  await phone.getByRole("button", { name: "Reply", exact: true }).click();
  await phone.getByRole("textbox", { name: "Message" }).fill("Perfecto");
  await phone.getByRole("button", { name: "Send" }).click();
  await desk.message("Perfecto").locator("blockquote").getByText("El azul también").waitFor();

  await harness.stack.phone.say(lucia.phone, "mi clave es 1234");
  await desk.row(lucia.name).getByText("mi clave es 1234").waitFor();
  await act("mi clave es 1234");
  await phone.getByRole("button", { name: "Delete for everybody" }).click();
  await desk.log.getByText(t("message.revoked")).waitFor();
  await desk.row(lucia.name).getByText(t("message.revoked")).waitFor();
  expect(await desk.page.getByText("mi clave es 1234").count()).toBe(0);
  expect(await thanks.count()).toBe(1);
  expect(await unmoved()).toBe(true);
});

finalChecks(harness);
