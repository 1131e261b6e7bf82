import { expect, test } from "vitest";
import { type Desk, t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, password } from "./stack.ts";

const harness = setUp();
const elena = { phone: "5491155550501", name: "Elena Vidal" };
const hugo = { phone: "5491155550502", name: "Hugo Paz" };

const focused = (desk: Desk) =>
  desk.page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
  });

async function tabTo(desk: Desk, name: string): Promise<void> {
  for (let i = 0; i < 40; i += 1) {
    await desk.page.keyboard.press("Tab");
    if ((await focused(desk)).includes(name)) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

// B-16
test("main workflow works with the keyboard, and the focus is never lost", async () => {
  await harness.stack.phone.add(elena, hugo);
  await harness.stack.phone.say(elena.phone, "¿Hacen envíos?");
  const desk = await harness.desk();
  const { keyboard } = desk.page;
  const pointed: string[] = [];
  await desk.page.exposeFunction("pointed", (what: string) => pointed.push(what));
  await desk.page.addInitScript(() => {
    for (const type of ["pointerdown", "pointermove", "touchstart", "wheel"]) {
      window.addEventListener(
        type,
        () => (globalThis as unknown as { pointed: (what: string) => void }).pointed(type),
        true,
      );
    }
  });
  await desk.goto("/sign-in");
  await expect
    .poll(() => desk.page.getByLabel(t("field.email")).evaluate((field) => field === document.activeElement))
    .toBe(true);
  await keyboard.type(ana);
  await keyboard.press("Tab");
  await keyboard.type(password);
  await keyboard.press("Enter");
  await desk.online();
  await desk.row(elena.name).waitFor();
  await harness.stack.phone.say(hugo.phone, "Buenas, ¿precio del termo?");
  await desk.row(hugo.name).waitFor();

  // The first tab stop is the skip link.
  await keyboard.press("Tab");
  await expect.poll(() => focused(desk)).toBe(t("shell.skip"));

  await keyboard.press("j");
  await expect.poll(() => focused(desk)).toContain(hugo.name);
  await keyboard.press("j");
  await expect.poll(() => focused(desk)).toContain(elena.name);
  await keyboard.press("k");
  await keyboard.press("ArrowDown");
  await expect.poll(() => focused(desk)).toContain(elena.name);
  await keyboard.press("Enter");
  await desk.page.getByRole("heading", { name: elena.name, level: 2 }).waitFor();
  await desk.message("¿Hacen envíos?").waitFor();
  await keyboard.press("r");
  await expect.poll(() => focused(desk)).toBe(t("composer.label"));
  await keyboard.type("Sí, a todo el país");
  await keyboard.press("Shift+Enter");
  await keyboard.type("¿A dónde sería?");
  await keyboard.press("Enter");
  await desk.delivery("¿A dónde sería?", "delivery.delivered").waitFor();
  await expect.poll(() => focused(desk)).toBe(t("composer.label"));

  // Escape closes only the topmost layer.
  await tabTo(desk, t("emoji.label"));
  await keyboard.press("Enter");
  await desk.page.getByRole("button", { name: "👍", exact: true }).waitFor();
  await keyboard.press("Escape");
  await expect.poll(() => focused(desk)).toBe(t("emoji.label"));
  await keyboard.press("r");
  await expect.poll(() => focused(desk)).toBe(t("composer.label"));
  await keyboard.press("Escape");

  await keyboard.press("a");
  await expect.poll(() => focused(desk)).toBe(t("conversation.assignSearch"));
  await keyboard.type("Bruno");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await desk.event(t("event.assignedBy", { actor: "Ana Ruiz", assignee: "Bruno Díaz" })).waitFor();
  await expect.poll(() => focused(desk)).toBe(t("conversation.assigneeIs", { name: "Bruno Díaz" }));

  await keyboard.press("e");
  await desk.page.getByRole("heading", { name: hugo.name, level: 2 }).waitFor();
  await desk.button("conversation.undo").press("Enter");
  await desk.page.getByRole("heading", { name: elena.name, level: 2 }).waitFor();
  await desk.event(t("event.reopenedBy", { actor: "Ana Ruiz" })).waitFor();
  await desk.log
    .getByRole("button", { name: /^\d+ más$/, expanded: false })
    .last()
    .press("Enter");
  await desk.event(t("event.resolvedBy", { actor: "Ana Ruiz" })).waitFor();
  await desk.button("conversation.resolve").waitFor();
  await keyboard.press("Escape");
  await desk.page.getByRole("heading", { name: elena.name, level: 2 }).waitFor({ state: "detached" });
  await keyboard.press("/");
  await expect.poll(() => focused(desk)).toBe(t("inbox.searchLabel"));
  await keyboard.type("hugo");
  await keyboard.press("Escape");

  // A dialog takes the focus and returns it.
  await tabTo(desk, t("inbox.sort.label"));
  await keyboard.press("?");
  const help = desk.page.getByRole("dialog", { name: t("shortcuts.title") });
  await help.getByText(t("shortcuts.resolve")).waitFor();
  await keyboard.press("j");
  await keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  await expect.poll(() => focused(desk)).toBe(t("inbox.sort.label"));
  expect(pointed).toEqual([]);
});

test("on a phone the list opens a conversation and returns", async () => {
  const desk = await harness.as(ana, { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  const fits = () => desk.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  await desk.row(hugo.name).tap();
  await desk.message("Buenas, ¿precio del termo?").waitFor();
  expect(await desk.row(hugo.name).isVisible()).toBe(false);
  expect(await fits()).toBe(true);
  await desk.composer.fill("Sale veinte mil");
  await desk.button("composer.send").tap();
  await desk.delivery("Sale veinte mil", "delivery.delivered").waitFor();
  await desk
    .button("conversation.details")
    .or(desk.page.getByRole("button", { name: new RegExp(`^${hugo.name}`) }))
    .first()
    .tap();
  await desk.page
    .getByRole("complementary", { name: t("contact.details") })
    .getByText(hugo.phone)
    .first()
    .waitFor();
  expect(await fits()).toBe(true);
  await desk.button("contact.closeDetails").tap();
  await desk.button("conversation.back").tap();
  await desk.row(hugo.name).getByText("Sale veinte mil").waitFor();

  // The not-found screen covers the navigation but has a way back.
  await desk.goto("/inbox/nothing-like-it");
  await desk.page.getByText(t("error.notFound")).waitFor();
  expect(await desk.button("action.retry").count()).toBe(0);
  await desk.button("conversation.back").tap();
  await desk.row(hugo.name).waitFor();
  for (const path of [
    "/contacts",
    "/settings/profile",
    "/settings/operators",
    "/settings/channels",
    "/settings/distribution",
  ]) {
    await desk.goto(path);
    await desk.page
      .getByRole("heading", { level: 1 })
      .or(desk.page.getByRole("heading", { level: 2 }))
      .first()
      .waitFor();
    expect(await fits(), path).toBe(true);
  }
});

finalChecks(harness);
