import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno } from "./stack.ts";

const harness = setUp();
const sofia = { phone: "5491155550951", name: "Sofía Ríos" };
const phone = { width: 360, height: 740 };

type Shift = PerformanceEntry & { hadRecentInput: boolean; sources: { node?: Node }[] };

/** What moved in the conversation without input, from now on. */
async function watchShifts(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const moved: string[] = [];
    Object.assign(window, { moved });
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, sources } of list.getEntries() as Shift[]) {
        for (const { node } of hadRecentInput ? [] : sources) {
          if (node?.parentElement?.closest("[role=log]")) moved.push(node.textContent ?? "");
        }
      }
    }).observe({ type: "layout-shift" });
  });
  return () => page.evaluate(() => (window as unknown as { moved: string[] }).moved);
}

// S1-21
test("reading begins at the line of new messages, which stays while the conversation is open", async () => {
  const { stack } = harness;
  await stack.phone.add(sofia);
  await stack.phone.say(sofia.phone, "Hola, ¿tienen talle 38?");
  const desk = await harness.as(ana);
  await desk.open(sofia.name);
  await desk.reply("Sí, ¿en qué color?");
  await desk.delivery("Sí, ¿en qué color?", "delivery.delivered").waitFor();
  expect(await desk.log.getByText(t("conversation.newMessages")).count()).toBe(1);
  await desk.page.keyboard.press("Escape");
  await desk.page.keyboard.press("Escape");
  await desk.page.getByRole("heading", { name: sofia.name, level: 2 }).waitFor({ state: "detached" });

  for (let line = 1; line <= 30; line++) await stack.phone.say(sofia.phone, `Línea ${line}`);
  await desk.row(sofia.name).getByText("Línea 30").waitFor();
  await desk.open(sofia.name);
  const line = desk.log.getByText(t("conversation.newMessages"), { exact: true });
  const place = async () => {
    const [frame, box] = await Promise.all([desk.log.boundingBox(), line.boundingBox()]);
    return (box?.y ?? Number.NaN) - (frame?.y ?? 0);
  };
  await expect.poll(place).toBeLessThan(150);
  expect(await place()).toBeGreaterThan(20);
  await desk.message("Línea 1").first().waitFor();
  // A webhook that a busy stack refused comes again behind the next ones, and is not counted then.
  const unread = desk
    .row(sofia.name)
    .getByRole("img", { name: new RegExp(t("inbox.unread_other", { count: 30 }).replace("30", "\\d+")) });
  await desk.button("conversation.newCount_other", { number: 30 }).waitFor();
  expect(await unread.count()).toBe(1);

  // What arrives meanwhile is counted and moves nothing.
  const before = await place();
  const shifts = await watchShifts(desk.page);
  await stack.phone.say(sofia.phone, "La última");
  await desk.button("conversation.newCount_other", { number: 31 }).waitFor();
  expect(await place()).toBe(before);
  expect(await shifts()).toEqual([]);

  await desk.button("conversation.newCount_other", { number: 31 }).click();
  await desk.message("La última").waitFor();
  await unread.waitFor({ state: "detached" });
  await desk.log.evaluate((log) => log.scrollTo(0, 0));
  await line.waitFor();
  expect(await desk.log.locator("article").first().textContent()).toContain("talle 38");

  const api = await stack.api(ana);
  await expect.poll(async () => (await api.withContact(sofia.name)).unread).toBe(false);
  await desk.reload();
  await desk.message("La última").waitFor();
  expect(await line.count()).toBe(0);
});

// S1-16
test("header says state and assignee in words, also on a phone", async () => {
  for (const viewport of [undefined, phone]) {
    const desk = await harness.as(ana, viewport && { viewport });
    await desk.box("inbox.box.all");
    await desk.open(sofia.name);
    const header = desk.page
      .locator("header")
      .filter({ has: desk.page.getByRole("heading", { name: sofia.name, level: 2 }) });
    await header.getByText(t("conversation.you"), { exact: true }).waitFor();
    await desk.menu(t("conversation.more"), "conversation.toPending");
    await header.getByText(t("status.pending"), { exact: true }).waitFor();
    expect(await header.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    await desk.menu(t("conversation.more"), "conversation.toOpen");
    await header.getByText(t("status.pending"), { exact: true }).waitFor({ state: "detached" });

    // The events are one line, and open with the keyboard.
    const last = t("event.reopenedBy", { actor: "Ana Ruiz" });
    await desk.event(last).last().waitFor();
    const folded = desk.log.getByRole("button", { name: /^\d+ más$/, expanded: false }).last();
    const shown = await desk.log.locator("[data-type]").count();
    await folded.focus();
    await desk.page.keyboard.press("Enter");
    await desk
      .event(t("event.pendingBy", { actor: "Ana Ruiz" }))
      .last()
      .waitFor();
    expect(await desk.log.locator("[data-type]").count()).toBeGreaterThan(shown);
    await desk.page.keyboard.press("Enter");
    await expect.poll(() => desk.log.locator("[data-type]").count()).toBe(shown);
  }
});

// S1-26
test("a contact that two people edit shows theirs beside yours", async () => {
  const first = await harness.as(ana);
  const second = await harness.as(bruno);
  const edit = async (desk: typeof first) => {
    await desk.box("inbox.box.all");
    await desk.open(sofia.name);
    await desk.button("contact.edit").click();
  };
  await edit(first);
  await edit(second);
  const field = (desk: typeof first, key: "field.lastName" | "field.email") =>
    desk.page.getByRole("textbox", { name: t(key), exact: true });
  await field(first, "field.lastName").fill("Ríos Vega");
  await field(first, "field.email").fill("sofia@tienda.example");
  await first.button("action.save").click();
  await first.page.getByText(t("state.saved")).waitFor();

  await field(second, "field.lastName").fill("Ríos de Vega");
  await second.button("action.save").click();
  const panel = second.page.getByRole("alert").filter({ hasText: t("stale.title") });
  const choice = (label: string, side: "stale.theirs" | "stale.yours") =>
    panel.getByRole("group", { name: label }).getByRole("radio", { name: new RegExp(`^${t(side)}`) });
  await panel.getByText("Ríos Vega", { exact: true }).waitFor();
  expect(await choice(t("field.lastName"), "stale.yours").isChecked()).toBe(true);
  // A field that only the other person changed has their value already.
  expect(await choice(t("field.email"), "stale.theirs").isChecked()).toBe(true);
  expect(await field(second, "field.email").inputValue()).toBe("sofia@tienda.example");
  await choice(t("field.lastName"), "stale.theirs").check();
  expect(await field(second, "field.lastName").inputValue()).toBe("Ríos Vega");
  await choice(t("field.lastName"), "stale.yours").check();
  await second.button("action.save").click();
  await second.page.getByText(t("state.saved")).waitFor();
  await expect
    .poll(async () => (await harness.stack.api(ana)).withContact("Ríos de Vega").then(({ contact }) => contact.name))
    .toBe("Ríos de Vega");
});

finalChecks(harness);
