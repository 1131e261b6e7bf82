import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, password } from "./stack.ts";
import { Visitor, w } from "./visitor.ts";

const harness = setUp();
const email = "flor@panaderia.example";

/** Counts what a person does: clicks (Enter that sends counts as one) and filled fields. */
class Hand {
  clicks = 0;
  fields = 0;

  async click(target: Locator): Promise<void> {
    this.clicks += 1;
    await target.click();
  }

  async fill(field: Locator, text: string): Promise<void> {
    this.fields += 1;
    await field.fill(text);
  }

  async enter(field: Locator): Promise<void> {
    this.clicks += 1;
    await field.press("Enter");
  }
}

// D25
test("from sign-up to the first answered message in at most 12 clicks and 3 fields", async () => {
  harness.stack.addSecrets(email, "¿Hacen tortas?", "Sí, por encargo");
  const desk = await harness.desk({ viewport: { width: 1280, height: 800 } });
  const { page } = desk;
  await desk.goto("/sign-up");
  await page.getByLabel(t("field.accountName")).fill("Panadería Flor");
  await page.getByLabel(t("field.yourName")).fill("Flor Vega");
  await page.getByLabel(t("field.email")).fill(email);
  await page.getByLabel(t("field.password"), { exact: true }).fill(password);
  await desk.button("auth.signUp.submit").click();
  await desk.online();
  const began = Date.now();
  const hand = new Hand();

  // The inbox is the checklist; its list appears with the first conversation.
  await page.getByRole("heading", { name: t("start.hello", { name: "Flor" }) }).waitFor();
  expect(await page.getByRole("region", { name: t("inbox.list") }).count()).toBe(0);
  await hand.click(page.getByRole("link", { name: t("webchat.kind"), exact: true }));
  const dialog = page.getByRole("dialog", { name: t("webchat.connect") });
  await hand.fill(dialog.getByLabel(t("webchat.address")), "HTTP://www.panaderiaflor.example/contacto?x=1 ");
  await hand.click(dialog.getByRole("button", { name: t("webchat.create") }));

  await page.getByRole("heading", { name: "panaderiaflor.example", level: 1 }).waitFor();
  for (const origin of ["https://panaderiaflor.example", "https://www.panaderiaflor.example"])
    await page.getByRole("link", { name: origin }).waitFor();
  await page.getByText(t("webchat.worksNot")).waitFor();
  const mail = await page.getByRole("link", { name: t("webchat.sendToDeveloper") }).getAttribute("href");
  expect(decodeURIComponent(mail ?? "")).toContain("/widget/loader.js");
  const opened = desk.context.waitForEvent("page");
  await hand.click(page.getByRole("link", { name: t("webchat.tryIt") }));
  const customer = new Visitor(await opened, desk.context, desk.url);

  await customer.chat.getByText(t("webchat.greetingInitial")).waitFor();
  await hand.fill(customer.field, "¿Hacen tortas?");
  await hand.enter(customer.field);
  await customer.state("¿Hacen tortas?", "state.sent").waitFor();
  await customer.chat.getByRole("heading", { name: "Panadería Flor" }).waitFor(); // never the channel's name
  await customer.page.getByRole("link", { name: t("webchat.previewAnswer") }).waitFor();

  await expect.poll(() => page.title()).toBe("(1) Recado");
  await hand.click(page.getByRole("link", { name: t("shell.entryUnread", { entry: t("shell.inbox"), unread: 1 }) }));
  await page.getByText(t("start.tried")).waitFor();
  await hand.click(desk.rows.filter({ hasText: "¿Hacen tortas?" }));
  await desk
    .message("¿Hacen tortas?")
    .getByRole("link", { name: t("webchat.previewTitle") })
    .waitFor();
  await hand.fill(desk.composer, "Sí, por encargo");
  await hand.enter(desk.composer);
  await customer.message("Sí, por encargo").getByText("Flor", { exact: true }).waitFor();

  process.stdout.write(
    `first hour: ${hand.clicks} clicks, ${hand.fields} fields, ${((Date.now() - began) / 1000).toFixed(1)} s by machine\n`,
  );
  expect(hand.clicks).toBeLessThanOrEqual(12);
  expect(hand.fields).toBeLessThanOrEqual(3);
  expect([...customer.errors]).toEqual([]);

  // Nothing came from the site itself yet.
  await page.goBack();
  await desk.goto("/settings/channels");
  await page.getByText(t("channels.waiting")).waitFor();
});

test("the checklist is hidden and found again in the menu", async () => {
  const desk = await harness.desk();
  const { page } = desk;
  await desk.signIn(email);
  await desk.button("start.hide").click();
  await page.getByText(t("inbox.nothingOpen")).waitFor();
  await desk.reload();
  await page.getByText(t("inbox.nothingOpen")).waitFor();
  await desk.menu(t("shell.userMenu", { name: "Flor Vega" }), "start.title");
  await page.getByRole("heading", { name: t("start.hello", { name: "Flor" }) }).waitFor();
  await page.getByRole("link", { name: t("start.inviteAction") }).click();
  await page.getByRole("heading", { name: t("settings.operators") }).waitFor();
});

test("on a phone the checklist is the first screen", async () => {
  const desk = await harness.desk({ viewport: { width: 360, height: 740 } });
  const { page } = desk;
  await desk.goto("/sign-up");
  await page.getByLabel(t("field.accountName")).fill("Kiosco");
  await page.getByLabel(t("field.yourName")).fill("Ciro");
  await page.getByLabel(t("field.email")).fill("ciro@kiosco.example");
  await page.getByLabel(t("field.password"), { exact: true }).fill(password);
  await desk.button("auth.signUp.submit").click();
  await page.getByRole("link", { name: t("webchat.kind"), exact: true }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  harness.stack.addSecrets("ciro@kiosco.example");
});

test("an empty list of mine leads to what waits for anybody", async () => {
  const api = await harness.stack.api(ana);
  await api.put("/distribution", { mode: "groups" });
  const desk = await harness.as(ana);
  await harness.stack.phone.add({ phone: "5491155550901", name: "Rosa Quiroga" });
  await harness.stack.phone.say("5491155550901", "¿Hay alguien?");
  await desk.page.getByText(t("inbox.waitingNow_one", { count: 1 })).waitFor();
  await expect.poll(() => desk.page.title()).toBe("(1) Recado");
  await desk.button("inbox.waitingShow").click();
  await desk.row("Rosa Quiroga").waitFor();
});

// S0-32
test("a preview needs a sign-in, and shows the account's own channels alone", async () => {
  const api = await harness.stack.api(ana);
  const { items } = await api.get<{ items: { id: string; type: string }[] }>("/channels");
  const site = items.find(({ type }) => type === "webchat")?.id;
  const nobody = await harness.desk();
  await nobody.goto(`/preview/${site}`);
  await nobody.button("auth.signIn.submit").waitFor();
  const other = await harness.desk();
  await other.signIn(email);
  await other.goto(`/preview/${site}`);
  await other.page.getByText(t("error.notFound")).waitFor();
  expect(await other.page.getByRole("textbox", { name: w("composer.label") }).count()).toBe(0);
});

finalChecks(harness);
