import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno } from "./stack.ts";

const harness = setUp();

const people = [
  { phone: "5491155550401", name: "María García", text: "primera" },
  { phone: "5215512345678", name: "Óscar Muñoz", text: "segunda" },
  { phone: "5511988887777", name: "João Conceição", text: "tercera" },
];

test("three customers write", async () => {
  const api = await harness.stack.api(ana);
  for (const { phone, name, text } of people) {
    await harness.stack.phone.add({ phone, name });
    await harness.stack.phone.say(phone, text);
    await expect.poll(async () => (await api.conversations()).map(({ contact }) => contact.name)).toContain(name);
  }
  const { items } = await api.get<{ items: { id: string; name: string; version: number }[] }>("/contacts?q=Mar");
  const [maria] = items;
  await api.patch(`/contacts/${maria?.id}`, { email: "maria.garcia@correo.example", version: maria?.version });
  harness.stack.addSecrets("maria.garcia@correo.example");
});

// S1-08, S1-09, S1-10
test("search finds contacts by name, phone and email in any notation", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  const search = desk.page.getByRole("searchbox", { name: t("inbox.searchLabel") });
  for (const [words, name] of [
    ["garcia", "María García"],
    ["MARÍA", "María García"],
    ["munoz", "Óscar Muñoz"],
    ["conceicao", "João Conceição"],
    ["+54 9 11 5555-0401", "María García"],
    ["541155550401", "María García"],
    ["+52 55 1234 5678", "Óscar Muñoz"],
    ["551188887777", "João Conceição"],
    ["maria.garcia@correo.example", "María García"],
    ["maria.gar", "María García"],
  ] as const) {
    await search.fill(words);
    await expect.poll(() => desk.names(), { message: words }).toEqual([name]);
  }
  await search.fill("nadie así");
  await desk.page.getByText(t("inbox.noMatch")).waitFor();
  await desk.button("inbox.searchClear").first().click();
  await expect.poll(() => desk.names()).toHaveLength(people.length);
});

// S1-08, S1-22, S1-26
test("contacts are a list with a page for each, and the way back keeps the search", async () => {
  const desk = await harness.as(ana);
  const { page } = desk;
  const rows = page.getByRole("list", { name: t("shell.contacts") }).getByRole("link");
  const names = () => rows.locator("bdi:first-of-type[class*=name]").allTextContents();
  const byTime = people.map(({ name }) => name).toReversed();
  await page.getByRole("link", { name: t("shell.contacts") }).click();
  await expect.poll(names).toEqual(byTime);
  await page.getByRole("searchbox", { name: t("inbox.searchLabel") }).fill("garcia");
  await expect.poll(names).toEqual(["María García"]);
  await rows.first().click();
  await page.getByRole("heading", { name: "María García", level: 1 }).waitFor();
  await page.getByText("maria.garcia@correo.example").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "María García", level: 1 }).waitFor();
  await desk.button("contact.edit").click();
  await page.getByRole("textbox", { name: t("field.lastName") }).fill("García Ruiz");
  await page.getByRole("textbox", { name: t("field.firstName"), exact: true }).fill("María");
  await desk.button("action.save").click();
  await page.getByRole("heading", { name: "María García Ruiz", level: 1 }).waitFor();
  await page.goBack();
  await expect.poll(names).toEqual(["María García Ruiz"]);
  await rows.first().click();
  await page
    .getByRole("link", { name: t("shell.contacts") })
    .last()
    .click();
  await expect.poll(names).toEqual(["María García Ruiz"]);
  await desk.button("contact.searchClear").click();
  await expect.poll(names).toEqual(["João Conceição", "Óscar Muñoz", "María García Ruiz"]);
  expect(new URL(page.url()).search).toBe("");

  await rows.nth(2).click();
  const conversation = page.getByRole("region", { name: t("contact.conversations") }).getByRole("link");
  await conversation.getByText("primera").click();
  await desk.message("primera").waitFor();
  await page.getByRole("link", { name: t("contact.open") }).click();
  await page.getByRole("heading", { name: "María García Ruiz", level: 1 }).waitFor();
  await desk.goto("/contacts/nobody");
  await page.getByText(t("contact.notFound")).waitFor();

  // The other tests know her by her profile's name.
  const api = await harness.stack.api(ana);
  const { items } = await api.get<{ items: { id: string; version: number }[] }>("/contacts?q=Ruiz");
  await api.patch(`/contacts/${items[0]?.id}`, {
    firstName: "",
    lastName: "",
    name: "María García",
    version: items[0]?.version,
  });
  await expect
    .poll(async () => (await api.conversations()).map(({ contact }) => contact.name))
    .toContain("María García");
});

// S1-11, S1-13, S1-15
test("inbox filters by state and operator, sorts four ways and shows correct counts", async () => {
  const api = await harness.stack.api(ana);
  const operators = await api.operators();
  const idOf = (name: string) => operators.find((one) => one.name === name)?.id ?? "";
  const [maria, oscar, joao] = await Promise.all(people.map(({ name }) => api.withContact(name)));
  if (!maria || !oscar || !joao) throw new Error("somebody is missing");
  // No operator is available, so unassigned conversations stay unassigned.
  await api.put("/me/availability", { status: "away" });
  await api.act(maria.id, "pending");
  await api.assign(oscar.id, idOf("Bruno Díaz"));
  await api.assign(joao.id, null);
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  const shows = (...names: string[]) => expect.poll(() => desk.names()).toEqual(names);
  await shows("João Conceição", "Óscar Muñoz");
  await desk.state("inbox.state.pending");
  await shows("María García");
  await desk.state("inbox.state.resolved");
  await desk.page.getByText(t("inbox.empty")).waitFor();
  await desk.state("inbox.state.all");
  await shows("João Conceição", "Óscar Muñoz", "María García");
  const states = desk.page.getByRole("radiogroup", { name: t("inbox.state.label") });
  await expect.poll(() => states.textContent()).toContain(`${t("inbox.state.open")}2`);
  await expect.poll(() => states.textContent()).toContain(`${t("inbox.state.pending")}1`);

  await desk.menu(t("inbox.sort.label"), "inbox.sort.oldest", "menuitemradio");
  await shows("María García", "Óscar Muñoz", "João Conceição");
  await desk.menu(t("inbox.sort.label"), "inbox.sort.waiting", "menuitemradio");
  await harness.stack.phone.say("5491155550401", "¿sigue ahí?");
  await desk.row("María García").getByText("¿sigue ahí?").waitFor();
  // Another message of a waiting customer does not change the order by waiting time.
  await shows("María García", "Óscar Muñoz", "João Conceição");
  await desk.menu(t("inbox.sort.label"), "inbox.sort.due", "menuitemradio");
  const due = await api.get<{ items: { contact: { name: string } }[] }>("/conversations?status=all&sort=due");
  await shows(...due.items.map(({ contact }) => contact.name));
  await desk.menu(t("inbox.sort.label"), "inbox.sort.newest", "menuitemradio");
  await shows("María García", "João Conceição", "Óscar Muñoz");

  const filter = async (name: string) => {
    await desk.page.getByRole("button", { name: new RegExp(`^${t("inbox.filter.label")}`) }).click();
    await desk.page.getByRole("combobox", { name: t("inbox.filter.operator") }).click();
    await desk.page.getByRole("option", { name, exact: true }).click();
    await desk.page.keyboard.press("Escape");
  };
  await filter("Bruno Díaz");
  await shows("Óscar Muñoz");
  await filter(t("inbox.filter.noOperator"));
  await shows("João Conceição");
  await desk.reload();
  await shows("João Conceição");
  const other = await harness.as(bruno);
  await expect.poll(() => other.names()).toEqual(["Óscar Muñoz"]);
  await other.box("inbox.box.unassigned");
  await expect.poll(() => other.names()).toEqual(["João Conceição"]);
});

// S1-22
test("300 conversations scroll with few rows rendered, and older messages load without a jump", async () => {
  const total = 300;
  const api = await harness.stack.api(ana);
  const many = Array.from({ length: total - people.length }, (_, i) => ({
    phone: `54911600${String(i).padStart(5, "0")}`,
    name: `Cliente ${String(i).padStart(3, "0")}`,
  }));
  const talker = "5491155550401";
  await inParallel(8, many, async (customer) => {
    await harness.stack.phone.add(customer);
    await harness.stack.phone.say(customer.phone, `consulta de ${customer.name}`);
  });
  for (let i = 0; i < 130; i += 1) await harness.stack.phone.say(talker, `renglón ${String(i).padStart(3, "0")}`);
  const id = (await api.withContact("María García")).id;
  // Polling the whole history too often would slow down its import.
  const unhurried = { timeout: 60_000, interval: 1_000 };
  await expect.poll(async () => (await api.conversations()).length, unhurried).toBe(total);
  await expect.poll(async () => (await api.messages(id)).length, unhurried).toBe(132);

  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.state("inbox.state.all");
  await desk.rows.first().waitFor();
  const wanted = (await api.conversations()).map(({ contact }) => contact.name);
  const list = desk.rows.first().locator("xpath=ancestor::ul/..");
  const seen = new Map<number, string>();
  await expect
    .poll(
      async () => {
        const rows = await desk.rows.evaluateAll((all) =>
          all.map(
            (row) =>
              [Number(row.closest("li")?.ariaPosInSet), row.querySelector("[class*=name]")?.textContent ?? ""] as const,
          ),
        );
        expect(rows.length).toBeLessThan(40);
        for (const [position, name] of rows) seen.set(position, name);
        await list.evaluate((one) => one.scrollBy(0, 600));
        return seen.size;
      },
      { timeout: 40_000 },
    )
    .toBe(total);
  expect([...seen].toSorted(([a], [b]) => a - b).map(([, name]) => name)).toEqual(wanted);

  await list.evaluate((one) => one.scrollTo(0, 0));
  await desk.page.getByRole("searchbox", { name: t("inbox.searchLabel") }).fill("garcia");
  await desk.open("María García");
  await desk.toEnd("renglón 129");
  expect(await desk.log.locator("article").count()).toBeLessThan(60);
  // Scroll up: the message in the middle of the view stays in place when older ones are added above.
  await expect
    .poll(
      async () => {
        const jump = await desk.log.evaluate(async (log) => {
          const frame = () => new Promise((next) => requestAnimationFrame(next));
          log.scrollBy(0, -250);
          await frame();
          await frame();
          const middle = log.getBoundingClientRect().top + log.clientHeight / 2;
          const anchor = [...log.querySelectorAll("article")].find(
            (one) => one.getBoundingClientRect().bottom > middle,
          );
          const before = anchor?.getBoundingClientRect().top ?? 0;
          for (let i = 0; i < 6; i += 1) await frame();
          return anchor?.isConnected ? Math.abs(anchor.getBoundingClientRect().top - before) : 0;
        });
        expect(jump).toBeLessThan(6);
        return desk.message("primera").isVisible();
      },
      { timeout: 30_000 },
    )
    .toBe(true);
  await desk.page.getByText(t("conversation.beginning")).waitFor();
}, 240_000);

async function inParallel<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

// S1-08
test("the list of contacts pages on, and the way back finds the row again", async () => {
  const desk = await harness.as(ana);
  const { page } = desk;
  await desk.goto("/contacts");
  const list = page.getByRole("list", { name: t("shell.contacts") });
  await list.getByRole("link").first().waitFor();
  const row = list.getByText("Cliente 050", { exact: true });
  const scrolled = () => list.evaluate((one) => one.parentElement?.scrollTop ?? 0);
  await expect
    .poll(async () => {
      await list.evaluate((one) => one.parentElement?.scrollBy(0, 600));
      return row.count();
    })
    .toBe(1);
  expect(await list.getByRole("link").count()).toBeLessThan(60);
  await row.click();
  await page.getByRole("heading", { name: "Cliente 050", level: 1 }).waitFor();
  await page.goBack();
  await row.waitFor();
  const left = await scrolled();
  expect(left).toBeGreaterThan(5_000);
  await row.click();
  await page.getByRole("heading", { name: "Cliente 050", level: 1 }).waitFor();
  await page
    .getByRole("link", { name: t("shell.contacts") })
    .last()
    .click();
  await row.waitFor();
  expect(await scrolled()).toBe(left);
});

finalChecks(harness);
