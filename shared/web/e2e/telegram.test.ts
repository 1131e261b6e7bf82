import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { picture, prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const bot = { token: "7200000002:e2e-bot-token", name: "Sucursal Norte", username: "norte_demo_bot" };
const botId = bot.token.split(":")[0];
const channel = "Telegram Norte";
const marta = "Marta Sosa";

// B-50
test("owner connects a bot by its token alone", async () => {
  await harness.stack.telegram.addBot(bot.token, bot.name, bot.username);
  harness.stack.addSecrets(bot.token, "e2e-bot-token");
  const desk = await harness.as(ana);
  await desk.goto("/settings/channels");
  await desk.button("channels.connect").click();
  await desk.page.getByRole("radio", { name: "Telegram" }).click();
  const dialog = desk.page.getByRole("dialog", { name: t("telegram.connect") });
  await dialog.getByText(t("telegram.step.newBot")).waitFor();
  await dialog.getByLabel(t("field.name"), { exact: true }).fill(channel);
  const token = dialog.getByLabel(t("telegram.accessToken"), { exact: true });
  const connect = dialog.getByRole("button", { name: t("channels.connect") });

  await token.fill("norte_demo_bot");
  await connect.click();
  await dialog.getByText(t("telegram.notToken")).waitFor();
  await token.fill("7200000003:nobodys-bot");
  await connect.click();
  await dialog.getByText(t("telegram.tokenRefused")).waitFor();
  await token.fill(` ${bot.token} `);
  await connect.click();
  await dialog.waitFor({ state: "detached" });
  await desk.page.getByText(`@${bot.username}`).waitFor();

  await desk.button("channels.connect").click();
  await desk.page.getByRole("radio", { name: "Telegram" }).click();
  await dialog.getByLabel(t("field.name"), { exact: true }).fill("Otra vez");
  await token.fill(bot.token);
  await connect.click();
  await dialog.getByText(t("telegram.taken")).waitFor();
});

// B-50
test("customer on Telegram and operator exchange texts, files, quotes and a tap", async () => {
  const { telegram } = harness.stack;
  const phone = await (await harness.browser.newContext({ viewport: { width: 420, height: 800 } })).newPage();
  await phone.goto(`${harness.stack.url}/local/telegram/`);
  await phone.getByRole("combobox", { name: "Bot" }).selectOption({ label: `@${bot.username} · ${bot.name}` });
  await phone.getByRole("button", { name: "New customer" }).click();
  await phone.getByRole("textbox", { name: "Name", exact: true }).fill(marta);
  await phone.getByRole("textbox", { name: "Username" }).fill("marta_sosa");
  await phone.getByRole("button", { name: "Add", exact: true }).click();
  await phone.getByRole("textbox", { name: "Message" }).fill("Hola 👋 ¿tienen la lista de precios?");
  await phone.getByRole("button", { name: "Send" }).click();

  const desk = await harness.as(ana);
  await desk.open(marta);
  const asked = desk.message("¿tienen la lista de precios?");
  await asked.hover();
  await asked.getByRole("button", { name: t("message.reply") }).click();
  await desk.reply("Sí, aquí va");
  const answer = phone.locator("li.bubble.theirs").filter({ hasText: "Sí, aquí va" });
  await answer.locator(".quote").getByText("¿tienen la lista de precios?").waitFor();
  await desk.delivery("Sí, aquí va", "delivery.sent").waitFor();

  await desk.page.locator('form input[type="file"][multiple]').setInputFiles(prices);
  await desk.page
    .getByRole("list", { name: t("composer.files") })
    .getByText(prices.name)
    .waitFor();
  await desk.composer.fill("Vale hasta el viernes");
  await desk.composer.press("Enter");
  const received = phone.locator("li.bubble.theirs").filter({ hasText: "Vale hasta el viernes" });
  await received.getByText(prices.name).waitFor();
  const chat = (await telegram.state()).customers.find(({ name }) => name === marta)?.id ?? "";
  const bySize = (await telegram.of(chat)).map(({ type, file }) => [type, file?.size]);
  expect(bySize).toContainEqual(["document", prices.buffer.length]);

  const photo = await picture(desk.page);
  await telegram.sendFile(chat, photo, "Mi terraza", botId);
  const image = desk.message("Mi terraza").getByRole("img").first();
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  await telegram.sendFile(chat, { ...prices, name: "Pedido.pdf" }, "", botId);
  const link = desk.log.getByRole("link", { name: t("media.download", { name: "Pedido.pdf" }) });
  const fetched = await desk.context.request.get(`${harness.stack.url}${await link.getAttribute("href")}`);
  expect(await fetched.body()).toEqual(prices.buffer);

  const api = await harness.stack.api(ana);
  await api.post(`/conversations/${(await api.withContact(marta)).id}/messages`, {
    clientId: crypto.randomUUID(),
    type: "interactive",
    text: "¿Retiro o envío?",
    interactive: { buttons: ["Retiro", "Envío"].map((title) => ({ id: title, title })) },
  });
  await phone.getByRole("button", { name: "Envío", exact: true }).click();
  const tapped = desk.log.locator("article:not([data-out])").filter({ hasText: "Envío" });
  await tapped.locator("blockquote").getByText("¿Retiro o envío?").waitFor();
  await phone.close();
});

finalChecks(harness);
