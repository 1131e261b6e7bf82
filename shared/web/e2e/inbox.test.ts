import { expect, test } from "vitest";
import { type Desk, t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();

const people = Array.from({ length: 12 }, (_, i) => ({
  phone: `54911466${String(70000 + i * 11)}`,
  name: `${["Ramona", "Esteban", "Catalina"][i % 3]} Etchegaray ${"ABCDEFGHIJKL"[i]}`,
}));
const nameAt = (i: number) => people[i]?.name ?? "";
const phoneAt = (i: number) => people[i]?.phone ?? "";

test("twelve customers write", async () => {
  const api = await harness.stack.api(ana);
  for (const { phone, name } of people) {
    await harness.stack.phone.add({ phone, name });
    await harness.stack.phone.say(phone, `consulta de ${name}`);
    await expect.poll(async () => (await api.conversations()).map(({ contact }) => contact.name)).toContain(name);
  }
});

// B-14, S1-08, S1-09
test("a search looks in every tab, inside words and phones, and clearing it returns to the tab", async () => {
  const api = await harness.stack.api(ana);
  const bruno = (await api.operators()).find(({ name }) => name === "Bruno Díaz");
  await api.act((await api.withContact(nameAt(0))).id, "resolve");
  await api.assign((await api.withContact(nameAt(1))).id, bruno?.id ?? "");
  const desk = await harness.as(ana);
  await expect.poll(() => desk.names()).not.toContain(nameAt(1));
  await desk.state("inbox.state.pending");
  await desk.page.getByText(t("inbox.empty")).waitFor();
  const search = desk.page.getByRole("searchbox", { name: t("inbox.searchLabel") });
  for (const [words, index] of [
    ["70000", 0],
    ["amona hegaray a", 0],
    ["0011", 1],
  ] as const) {
    await search.fill(words);
    await expect.poll(() => desk.names(), { message: words }).toEqual([nameAt(index)]);
  }
  await desk.page.getByText(t("inbox.results.all")).waitFor();
  await desk.row(nameAt(1)).getByText("Bruno", { exact: true }).waitFor();
  await search.fill("hegar");
  await expect.poll(() => desk.names()).toHaveLength(people.length);
  await desk.row(nameAt(0)).getByText(t("status.resolved"), { exact: true }).waitFor();

  // A filter limits the results; clearing it keeps the words.
  await desk.page.getByRole("button", { name: t("inbox.filter.label"), exact: true }).click();
  await desk.page.getByRole("combobox", { name: t("inbox.filter.operator") }).click();
  await desk.page.getByRole("option", { name: "Bruno Díaz", exact: true }).click();
  await desk.page.keyboard.press("Escape");
  await expect.poll(() => desk.names()).toEqual([nameAt(1)]);
  await desk.button("inbox.clearFilters").click();
  await expect.poll(() => desk.names()).toHaveLength(people.length);
  expect(await search.inputValue()).toBe("hegar");
  await desk.button("inbox.searchClear").click();
  await desk.page.getByRole("radiogroup", { name: t("inbox.state.label") }).waitFor();
});

/** Customers write ten messages a second, each a different one, until the returned function is called. */
function talk(from: number): () => Promise<void> {
  let on = true;
  const done = (async () => {
    for (let i = 0; on; i += 1) {
      const sent = harness.stack.phone.say(phoneAt(from + (i % (people.length - from))), `mensaje ${i}`);
      await Promise.all([sent, new Promise((next) => setTimeout(next, 100))]);
    }
  })();
  return () => {
    on = false;
    return done;
  };
}

const idAt = (desk: Desk, x: number, y: number) =>
  desk.page.evaluate(
    ([left, top]) =>
      document.elementFromPoint(left ?? 0, top ?? 0)?.closest<HTMLElement>("a[data-conversation]")?.dataset
        .conversation,
    [x, y],
  );

// B-28
test("with 10 messages a second, rows keep their places under the pointer and a click opens the one it points at", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await expect.poll(() => desk.names()).toHaveLength(people.length - 1);
  const before = await desk.names();
  const target = before[4] ?? "";
  const box = await desk.row(target).boundingBox();
  if (!box) throw new Error("the row is not shown");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await desk.page.mouse.move(x, y);
  const id = await idAt(desk, x, y);
  const stop = talk(1);
  const news = desk.page.getByRole("button", { name: /^\d+ nuevas?$/ });
  await news.waitFor();
  // What changes is shown in place.
  await desk.rows
    .getByText(/^mensaje \d/)
    .first()
    .waitFor();
  for (let i = 0; i < 20; i += 1) {
    expect(await idAt(desk, x, y)).toBe(id);
    await new Promise((next) => setTimeout(next, 100));
  }
  expect(await desk.names()).toEqual(before);
  await desk.page.mouse.down();
  await desk.page.mouse.up();
  await desk.page.getByRole("heading", { name: target, level: 2, exact: true }).waitFor();
  expect(await desk.names()).toEqual(before);

  await news.click();
  await expect.poll(() => desk.names()).not.toEqual(before);
  const applied = await desk.names();
  expect(applied[4]).toBe(target);
  await stop();
  await desk.page.mouse.move(box.x + box.width + 300, y);
  await news.waitFor({ state: "detached" });
}, 90_000);

// B-14, S1-16
test("resolving goes on to the next conversation, keeps the draft, and can be undone", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await expect.poll(() => desk.names()).toHaveLength(people.length - 1);
  const [, first = "", second = "", third = ""] = await desk.names();
  const title = (name: string) => desk.page.getByRole("heading", { name, level: 2, exact: true });
  await desk.open(first);
  await desk.composer.fill("a medio escribir");
  await desk.button("conversation.resolve").click();
  await title(second).waitFor();
  await desk.page.getByText(t("conversation.resolvedWithDraft")).waitFor();
  await desk.row(first).waitFor({ state: "detached" });
  await desk.button("conversation.undo").click();
  await title(first).waitFor();
  await desk.row(first).waitFor();
  await expect.poll(() => desk.composer.inputValue()).toBe("a medio escribir");
  await desk.composer.fill("");

  await desk.open(second);
  await desk.log.click();
  await desk.page.keyboard.press("e");
  await title(third).waitFor();
  await desk.page.getByText(t("conversation.resolved"), { exact: true }).waitFor();
  await desk.row(second).waitFor({ state: "detached" });
  await desk.state("inbox.state.resolved");
  await desk.open(second);
  await desk.log.click();
  await desk.page.keyboard.press("o");
  await desk.event(t("event.reopenedBy", { actor: "Ana Ruiz" })).waitFor();
});

// B-14, S1-15
test("an answered conversation stays where it is until another one is opened", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.menu(t("inbox.sort.label"), "inbox.sort.waiting", "menuitemradio");
  await expect.poll(() => desk.names()).toHaveLength(people.length - 1);
  const before = await desk.names();
  const [first = "", second = ""] = before;
  await desk.open(first);
  await desk.page.mouse.move(900, 400);
  await desk.reply("Enseguida te respondo");
  await desk.message("Enseguida te respondo").waitFor();
  await desk.row(first).getByText("Enseguida te respondo").waitFor();
  expect(await desk.names()).toEqual(before);
  await desk.row(second).click();
  await desk.page.mouse.move(900, 400);
  await expect.poll(async () => (await desk.names()).indexOf(first)).toBeGreaterThan(5);
});

finalChecks(harness);
