import { expect, test } from "vitest";
import { type Desk, t } from "./desk.ts";
import { picture, prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno, password } from "./stack.ts";

const harness = setUp();
const vera = { phone: "5491155550631", name: "Vera Luna" };
const tito = { phone: "5491155550632", name: "Tito Sosa" };

const files = ({ page }: Desk) => page.getByRole("list", { name: t("composer.files") });
const attach = ({ page }: Desk) => page.locator('form input[type="file"][multiple]');

/** What the browser's database has of drafts; files are empty objects. */
const kept = ({ page }: Desk) =>
  page.evaluate(async () => {
    const asked = indexedDB.open("recado.drafts");
    await new Promise((done) => asked.addEventListener("success", done));
    const values = asked.result.transaction("entries").objectStore("entries").getAll();
    await new Promise((done) => values.addEventListener("success", done));
    asked.result.close();
    return values.result.map((value) => JSON.stringify(value));
  });

async function openForm(desk: Desk, key: "message.kind.location" | "choices.title") {
  await desk.button("composer.more").click();
  await desk.page.getByRole("menuitem", { name: t(key) }).click();
  return desk.page.getByRole("dialog");
}

// B-14
test("text, files and forms that were not sent are there after a reload, until they are sent", async () => {
  await harness.stack.phone.add(vera, tito);
  await harness.stack.phone.say(vera.phone, "¿Me pasan la lista?");
  await harness.stack.phone.say(tito.phone, "Buenas");
  const desk = await harness.as(ana);
  const { page } = desk;
  await desk.box("inbox.box.all");
  await desk.row(tito.name).waitFor();
  await desk.open(vera.name);
  await desk.composer.fill("Acá va");
  await attach(desk).setInputFiles([prices, await picture(page)]);
  const form = await openForm(desk, "message.kind.location");
  await form.getByLabel(t("location.source")).fill("-34.6037, -58.3816");
  await form.getByLabel(t("location.name")).fill("Depósito");
  await page.keyboard.press("Escape");
  await desk.button("template.choose").click();
  await page.getByRole("button", { name: /^pedido_listo/ }).click();
  const template = page.getByRole("dialog", { name: "pedido_listo" });
  await template.getByRole("textbox").first().fill("Vera");
  await page.keyboard.press("Escape");

  // A browser asks before it leaves a page that has not written everything yet.
  await expect.poll(async () => (await kept(desk)).filter((value) => value.includes("Vera"))).toHaveLength(1);
  await desk.reload();
  await desk.log.waitFor();
  await files(desk).getByText(prices.name).waitFor();
  expect(await files(desk).getByRole("listitem").count()).toBe(2);
  expect(await desk.composer.inputValue()).toBe("Acá va");
  await desk.open(tito.name);
  expect(await files(desk).count()).toBe(0);
  await desk.open(vera.name);
  await files(desk).getByText(prices.name).waitFor();

  await desk.button("template.choose").click();
  expect(await template.getByRole("textbox").first().inputValue()).toBe("Vera");
  await template.getByRole("button", { name: t("composer.discard") }).click();
  await openForm(desk, "message.kind.location");
  expect(await form.getByLabel(t("location.name")).inputValue()).toBe("Depósito");
  await form.getByRole("button", { name: t("composer.send"), exact: true }).click();
  await desk.composer.press("Enter");
  await expect
    .poll(async () => (await harness.stack.phone.messagesOf(vera.phone)).map(({ type }) => type).toSorted())
    .toEqual(["document", "image", "location", "text"]);
  await expect.poll(() => kept(desk)).toEqual([]);
  await desk.reload();
  await desk.log.waitFor();
  expect(await files(desk).count()).toBe(0);
  expect(await desk.composer.inputValue()).toBe("");
});

test("signing out removes files that were not sent from the browser; the next operator never sees them", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.open(vera.name);
  const path = new URL(desk.page.url()).pathname;
  await attach(desk).setInputFiles(prices);
  await expect.poll(() => kept(desk)).toHaveLength(2);
  // The session ends without signing out.
  await desk.context.clearCookies();
  await desk.page.reload();
  await desk.page.getByLabel(t("field.email")).fill(bruno);
  await desk.page.getByLabel(t("field.password"), { exact: true }).fill(password);
  await desk.button("auth.signIn.submit").click();
  await desk.online();
  await desk.goto(path);
  await desk.composer.waitFor();
  expect(await files(desk).count()).toBe(0);
  await desk.menu(t("shell.userMenu", { name: "Bruno Díaz" }), "shell.signOut");
  await desk.page.getByLabel(t("field.email")).fill(ana);
  await desk.page.getByLabel(t("field.password"), { exact: true }).fill(password);
  await desk.button("auth.signIn.submit").click();
  await desk.online();
  await desk.goto(path);
  await files(desk).getByText(prices.name).waitFor();
  await desk.menu(t("shell.userMenu", { name: "Ana Ruiz" }), "shell.signOut");
  await desk.button("auth.signIn.submit").waitFor();
  await expect.poll(() => kept(desk)).toEqual([]);
});

finalChecks(harness);
