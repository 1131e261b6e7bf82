import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Key } from "../console/src/core/texts.ts";
import { type Desk, t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import type { Customer, PhoneMessage } from "./phone.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const sofia = { phone: "5491155550901", name: "Sofía Vidal" };
const tomas = { phone: "5491155550902", name: "Tomás Herrera" };

/** Opens the simulator's phone page with this customer's chat. */
async function holding({ name }: Customer): Promise<Page> {
  const phone = await (await harness.browser.newContext({ viewport: { width: 420, height: 800 } })).newPage();
  await phone.goto(`${harness.stack.url}/local/phone/`);
  await phone
    .locator("#customers")
    .getByRole("button", { name: new RegExp(name ?? "") })
    .click();
  return phone;
}

/** The last message of the business. */
const lastSent = async ({ phone }: Customer): Promise<PhoneMessage | undefined> =>
  (await harness.stack.phone.messagesOf(phone)).findLast(({ fromBusiness }) => fromBusiness);

/** Advances the clocks of the stack and of the browser, without a reload. */
async function later({ page }: Desk, minutes: number): Promise<void> {
  await harness.stack.advance(`${minutes}m`);
  await page.clock.fastForward(minutes * 60_000);
}

// B-12
test("closed 24-hour window allows only templates, and a reply reopens the composer", async () => {
  await harness.stack.phone.add(sofia);
  await harness.stack.phone.say(sofia.phone, "¿Está mi pedido?");
  const desk = await harness.desk();
  const { page } = desk;
  await page.clock.install();
  await desk.signIn(ana);
  await desk.open(sofia.name);
  await desk.composer.waitFor();
  const countdown = page.getByRole("status").getByText(new RegExp(t("composer.windowCloses_other", { time: ".*min" })));
  expect(await countdown.count()).toBe(0);
  await later(desk, 23 * 60 + 20);
  await countdown.waitFor();
  await desk.composer.waitFor();
  await later(desk, 41);
  await page
    .getByRole("note")
    .getByText(`${t("composer.windowClosed")} ${t("composer.windowTemplates")}`)
    .waitFor();
  expect(await desk.composer.count()).toBe(0);
  expect(await desk.button("composer.attach").count()).toBe(0);

  await desk.button("template.choose").click();
  const picker = page.getByRole("dialog", { name: t("template.choose") });
  const choice = (name: string) => picker.getByRole("listitem").filter({ hasText: name }).getByRole("button");
  await choice("retomar_contacto").waitFor();
  expect(await choice("retomar_contacto").isEnabled()).toBe(true);
  expect(await choice("promo_pausada").isEnabled()).toBe(false);
  await choice("promo_pausada")
    .getByText(t("template.why.paused", { channel: "WhatsApp" }))
    .waitFor();
  await choice("premio")
    .getByText(t("template.becauseOf", { why: t("template.why.rejected", { channel: "WhatsApp" }), reason: "SCAM" }))
    .waitFor();
  // What can be sent is first; the others follow, with their reason.
  const offered = await picker
    .getByRole("listitem")
    .getByRole("button")
    .evaluateAll((all) => all.map((one) => !(one as HTMLButtonElement).disabled));
  expect(offered.filter(Boolean).length).toBeGreaterThan(2);
  expect(offered.indexOf(false)).toBe(offered.lastIndexOf(true) + 1);
  await choice("pedido_listo").getByText("Su pedido número de pedido ya está listo.", { exact: false }).waitFor();
  expect(await picker.getByText("{{").count()).toBe(0);
  await choice("pedido_listo").click();

  const form = page.getByRole("dialog", { name: "pedido_listo" });
  const fields = [
    form.getByLabel(t("template.headerGap", { number: 1 })),
    form.getByLabel(t("template.bodyGap", { number: 1 })),
    form.getByLabel(t("template.bodyGap", { number: 2 })),
  ] as const;
  const send = form.getByRole("button", { name: t("composer.send"), exact: true });
  for (const [index, value] of ["Sofía", "4021", "18 h"].entries()) await fields[index]?.fill(value);
  await form.getByText(t("template.example", { example: "número de pedido" })).waitFor();
  await form.getByRole("figure").getByText("Su pedido 4021 ya está listo. Lo esperamos hasta las 18 h.").waitFor();
  await fields[1].fill(" ");
  await send.click();
  await form.getByText(t("field.required")).waitFor();
  await expect.poll(() => fields[1].evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await lastSent(sofia)).toBeUndefined();
  await fields[1].fill("4021");
  await send.click();
  await form.waitFor({ state: "detached" });

  const told = desk.message("Su pedido 4021 ya está listo. Lo esperamos hasta las 18 h.");
  await told.getByText(t("message.templateNamed", { name: "pedido_listo" })).waitFor();
  await told.getByText("Hola Sofía", { exact: true }).waitFor();
  await told.getByText("Tienda Demo", { exact: true }).waitFor();
  expect(await told.getByRole("listitem").allTextContents()).toEqual(["Voy en camino", "Necesito ayuda"]);
  await desk.delivery("Su pedido 4021", "delivery.delivered").waitFor();
  expect(await told.count()).toBe(1);
  expect(await lastSent(sofia)).toMatchObject({
    template: "pedido_listo",
    text: "Hola Sofía\n\nSu pedido 4021 ya está listo. Lo esperamos hasta las 18 h.\n\nTienda Demo",
  });
  expect(await desk.composer.count()).toBe(0); // an outgoing message does not reopen the window

  const phone = await holding(sofia);
  const bubble = phone.locator("li.bubble.theirs").filter({ hasText: "Su pedido 4021" });
  await bubble.getByRole("button", { name: "Voy en camino" }).click();
  const tapped = desk.message("Voy en camino");
  await tapped.locator("blockquote").getByText("Su pedido 4021", { exact: false }).waitFor();
  await desk.reply("¡La esperamos!");
  await desk.delivery("¡La esperamos!", "delivery.read").waitFor();
});

// B-12
test.each([
  ["at once", { code: 131047 }],
  ["after it took it", { do: "fail_later", code: 131047 }],
])("provider that refuses a text for the window %s leaves templates until the customer writes", async (way, fault) => {
  const lucia = { phone: way === "at once" ? "5491155550903" : "5491155550904", name: `Lucía ${way}` };
  await harness.stack.phone.add(lucia);
  await harness.stack.phone.say(lucia.phone, "¿Me escriben mañana?");
  const desk = await harness.as(ana);
  await desk.open(lucia.name);
  await harness.stack.phone.fail(fault);
  await desk.reply("Hola, le escribo por su consulta");
  const refused = desk.message("Hola, le escribo");
  await refused.getByRole("alert").getByText(t("composer.windowClosed")).waitFor();
  await desk.page.getByRole("note").getByText(t("composer.windowTemplates")).waitFor();
  expect(await desk.composer.count()).toBe(0);
  await refused.getByRole("button", { name: t("template.choose") }).waitFor();
  expect(await refused.getByRole("button", { name: t("action.retry") }).count()).toBe(0);
  const api = await harness.stack.api(ana);
  const { id } = await api.withContact(lucia.name);
  const [, failed] = await api.messages(id);
  await expect(api.post(`/conversations/${id}/messages/${failed?.id}/retry`)).rejects.toThrow(/409.*window_closed/);

  await harness.stack.phone.say(lucia.phone, "Acá estoy");
  await desk.composer.waitFor();
  await refused.getByRole("button", { name: t("action.retry") }).click();
  await desk.delivery("Hola, le escribo", "delivery.delivered").waitFor();
});

async function compose(desk: Desk, kind: Key, title: Key) {
  await desk.menu(t("composer.more"), kind);
  const dialog = desk.page.getByRole("dialog", { name: t(title) });
  await dialog.waitFor();
  return {
    fill: (key: Key, value: string, values?: Record<string, string | number>) =>
      dialog.getByRole("textbox", { name: t(key, values), exact: true }).fill(value),
    press: (key: Key) => dialog.getByRole("button", { name: new RegExp(`^${t(key)}`) }).click(),
    choose: (key: Key) => dialog.getByRole("radio", { name: t(key), exact: true }).check(),
    send: async () => {
      await dialog.getByRole("button", { name: t("composer.send"), exact: true }).click();
      await dialog.waitFor({ state: "detached" });
    },
  };
}

// B-12, S1-24
test("buttons, list, location and contact card are delivered, and a choice quotes its question", async () => {
  await harness.stack.phone.add(tomas);
  await harness.stack.phone.say(tomas.phone, "Quiero cambiar la entrega");
  const desk = await harness.as(ana);
  await desk.open(tomas.name);
  const phone = await holding(tomas);
  const offered = (text: string) => phone.locator("li.bubble.theirs").filter({ hasText: text });
  const answered = (answer: string, question: string) =>
    desk.log.locator("article:not([data-out])").filter({ hasText: answer }).locator("blockquote").getByText(question);

  const buttons = await compose(desk, "choices.title", "choices.title");
  await buttons.fill("choices.body", "¿Cuándo le viene bien?");
  await buttons.fill("choices.buttonNumber", "Mañana", { number: 1 });
  await buttons.press("choices.addButton");
  await buttons.fill("choices.buttonNumber", "El lunes", { number: 2 });
  await buttons.send();
  await desk.delivery("¿Cuándo le viene bien?", "delivery.read").waitFor();
  await offered("¿Cuándo le viene bien?").getByRole("button", { name: "El lunes" }).click();
  await answered("El lunes", "¿Cuándo le viene bien?").waitFor();

  const list = await compose(desk, "choices.title", "choices.title");
  await list.choose("choices.list");
  await list.fill("choices.body", "¿Dónde lo dejamos?");
  await list.fill("choices.listButton", "Ver lugares");
  await list.fill("choices.rowNumber", "Portería", { number: 1 });
  await list.fill("choices.rowDescription", "De 8 a 20", { number: 1 });
  await list.press("choices.addRow");
  await list.fill("choices.rowNumber", "Vecino", { number: 2 });
  await list.send();
  await desk.delivery("¿Dónde lo dejamos?", "delivery.read").waitFor();
  await offered("¿Dónde lo dejamos?").getByText("Ver lugares").click();
  await offered("¿Dónde lo dejamos?").getByRole("button", { name: "Portería · De 8 a 20" }).click();
  await answered("Portería", "¿Dónde lo dejamos?").waitFor();

  const place = await compose(desk, "message.kind.location", "location.title");
  await place.fill("location.source", "-34.6037, -58.3816");
  await place.fill("location.name", "Depósito central");
  await place.send();
  await desk.delivery("Depósito central", "delivery.read").waitFor();
  const card = await compose(desk, "message.kind.contacts", "cards.title");
  await card.fill("field.name", "Envíos Rápidos");
  await card.fill("cards.phones", "+54 9 11 5555-0999");
  await card.send();
  await desk.delivery("Envíos Rápidos", "delivery.read").waitFor();
  const sent = (await harness.stack.phone.messagesOf(tomas.phone)).filter(({ fromBusiness }) => fromBusiness);
  expect(sent).toMatchObject([
    { type: "interactive", options: [{ title: "Mañana" }, { title: "El lunes" }] },
    { type: "interactive", button: "Ver lugares", options: [{ title: "Portería" }, { title: "Vecino" }] },
    { type: "location", place: { latitude: -34.6037, longitude: -58.3816, name: "Depósito central" } },
    { type: "contacts", cards: [{ name: "Envíos Rápidos", phones: ["+54 9 11 5555-0999"] }] },
  ]);
  await offered("Depósito central").getByRole("link", { name: "-34.6037, -58.3816" }).waitFor();
  await offered("Envíos Rápidos").getByText("+54 9 11 5555-0999").waitFor();
});

// B-12
test("channel's templates show their status, and a refresh adds new ones", async () => {
  const desk = await harness.as(ana);
  const { page } = desk;
  await desk.goto("/settings/channels");
  await page.getByRole("link", { name: "WhatsApp Tienda Demo" }).click();
  await page.getByRole("tab", { name: t("channels.tab.templates") }).click();
  const row = (name: string) =>
    page
      .getByRole("list", { name: t("template.list") })
      .getByRole("listitem")
      .filter({ hasText: name });
  await row("pedido_listo").getByText(t("template.status.approved"), { exact: true }).waitFor();
  await row("promo_pausada").getByText(t("template.status.paused"), { exact: true }).waitFor();
  await row("premio").getByText(t("template.status.rejected"), { exact: true }).waitFor();
  await row("encuesta").getByText(t("template.status.pending"), { exact: true }).waitFor();

  await harness.stack.phone.putTemplate({
    name: "turno_confirmado",
    language: "es",
    status: "APPROVED",
    body: "Su turno está confirmado.",
  });
  expect(await row("turno_confirmado").count()).toBe(0);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith("/templates/sync")),
    desk.button("template.refresh").click(),
  ]);
  expect(answer.status()).toBe(202);
  await page
    .getByRole("status")
    .getByText(t("template.refreshing", { channel: "WhatsApp" }))
    .waitFor();
  await row("turno_confirmado").getByText("Su turno está confirmado.").waitFor();
});

finalChecks(harness);
