import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { clip, picture, prices, voice } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const pedro = { phone: "5491155550301", name: "Pedro Álvarez" };
const nadia = { phone: "5491155550302", name: "Nadia Romero" };

// S1-24
test("files of each kind are received and sent", async () => {
  await harness.stack.phone.add(pedro);
  await harness.stack.phone.say(pedro.phone, "Les mando los archivos");
  const desk = await harness.as(ana);
  const photo = await picture(desk.page);
  await desk.open(pedro.name);
  await harness.stack.phone.sendFile(pedro.phone, photo, "Mi terraza al atardecer");
  await harness.stack.phone.sendFile(pedro.phone, voice);
  await harness.stack.phone.sendFile(pedro.phone, clip, "Así suena");
  await harness.stack.phone.sendFile(pedro.phone, prices);

  const image = desk.message("Mi terraza al atardecer").getByRole("img").first();
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  await desk.log.locator("audio").waitFor();
  await desk.message("Así suena").locator("video").waitFor();
  const link = desk.log.getByRole("link", { name: t("media.download", { name: prices.name }) });
  const [shown] = await Promise.all([desk.context.waitForEvent("page"), link.click()]);
  await shown.close();
  const fetched = await desk.context.request.get(`${harness.stack.url}${await link.getAttribute("href")}`);
  expect(await fetched.body()).toEqual(prices.buffer);
  expect(fetched.headers()["content-disposition"]).toContain("Lista de precios.pdf");
  await image.click();
  await desk.page.getByRole("dialog").locator("img").waitFor();
  await desk.page.keyboard.press("Escape");
  await desk.page.getByRole("dialog").waitFor({ state: "detached" });

  const chooser = desk.page.locator('form input[type="file"][multiple]');
  for (const file of [photo, voice, clip, prices]) {
    await chooser.setInputFiles(file);
    await desk.page
      .getByRole("list", { name: t("composer.files") })
      .getByText(file.name)
      .waitFor();
    if (file === photo) await desk.composer.fill("Nuestra terraza");
    await desk.composer.press("Enter");
  }
  await expect
    .poll(async () =>
      (await harness.stack.phone.messagesOf(pedro.phone))
        .filter((m) => m.fromBusiness)
        .map((m) => [m.type, m.file?.size]),
    )
    .toEqual([
      ["image", photo.buffer.length],
      ["audio", voice.buffer.length],
      ["video", clip.buffer.length],
      ["document", prices.buffer.length],
    ]);
  await expect.poll(() => desk.log.locator("article[data-out] [data-status=delivered]").count()).toBe(4);
});

// S1-24
test("unsupported file is rejected before the upload", async () => {
  const desk = await harness.as(ana);
  await desk.open(pedro.name);
  const uploads: string[] = [];
  desk.page.on("request", (request) => {
    if (request.url().includes("/uploads")) uploads.push(request.url());
  });
  const chooser = desk.page.locator('form input[type="file"][multiple]');
  const large = { name: "enorme.png", mimeType: "image/png", buffer: Buffer.alloc(5 * 1024 * 1024 + 1) };
  await chooser.setInputFiles(large);
  await desk.page
    .getByText(t("composer.fileTooLarge", { name: large.name, channel: "WhatsApp", limit: "5 MB" }))
    .waitFor();
  await chooser.setInputFiles({ name: "vacío.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) });
  await desk.page.getByText(t("composer.fileEmpty", { name: "vacío.pdf" })).waitFor();
  await chooser.setInputFiles({
    name: "programa.exe",
    mimeType: "application/x-msdownload",
    buffer: Buffer.from("MZ"),
  });
  await desk.page.getByText(t("composer.fileWrongType", { name: "programa.exe" })).waitFor();
  expect(await desk.page.getByRole("list", { name: t("composer.files") }).count()).toBe(0);
  expect(uploads).toEqual([]);
});

// B-13
test("failed message shows the reason and can be sent again", async () => {
  const desk = await harness.as(ana);
  await desk.open(pedro.name);
  await harness.stack.phone.fail({ do: "fail_later", code: 131026 });
  await desk.reply("¿Le llegó todo?");
  await desk.delivery("¿Le llegó todo?", "delivery.failed").waitFor();
  await desk
    .message("¿Le llegó todo?")
    .getByText(t("message.reason.undeliverable", { channel: "WhatsApp" }))
    .waitFor();
  await desk
    .message("¿Le llegó todo?")
    .getByRole("button", { name: t("action.retry") })
    .click();
  await desk.delivery("¿Le llegó todo?", "delivery.delivered").waitFor();
});

test("offline message is sent once after reconnecting, and drafts are kept", async () => {
  await harness.stack.phone.add(nadia);
  await harness.stack.phone.say(nadia.phone, "¿Siguen abiertos?");
  const desk = await harness.as(ana);
  await desk.row(nadia.name).waitFor();
  await desk.open(pedro.name);
  await desk.context.setOffline(true);
  await desk.reply("Sí, hasta las ocho");
  await desk.message("Sí, hasta las ocho").getByText(t("composer.waiting")).waitFor();
  await desk.context.setOffline(false);
  await desk.delivery("Sí, hasta las ocho", "delivery.delivered").waitFor();
  const sent = (await harness.stack.phone.messagesOf(pedro.phone)).filter(({ text }) => text === "Sí, hasta las ocho");
  expect(sent).toHaveLength(1);
  expect(await desk.message("Sí, hasta las ocho").count()).toBe(1);

  await desk.composer.fill("Mañana le confirmo si");
  await desk.open(nadia.name);
  expect(await desk.composer.inputValue()).toBe("");
  await desk.open(pedro.name);
  expect(await desk.composer.inputValue()).toBe("Mañana le confirmo si");
  await desk.page.locator('form input[type="file"][multiple]').setInputFiles(prices);
  await desk.open(nadia.name);
  const files = desk.page.getByRole("list", { name: t("composer.files") });
  expect(await files.count()).toBe(0);
  await desk.open(pedro.name);
  await files.getByText(prices.name).waitFor();
  await desk.reload();
  await expect.poll(() => desk.composer.inputValue()).toBe("Mañana le confirmo si");
});

test("lazy-loaded part shows an error offline and loads after reconnecting", async () => {
  const desk = await harness.as(ana);
  await desk.open(pedro.name);
  await desk.context.setOffline(true);
  await desk.button("inbox.sort.label").click();
  const notice = desk.page.getByRole("alert").filter({ hasText: t("error.offline") });
  await notice.first().waitFor();
  await desk.page.keyboard.press("?");
  await desk.page.mouse.move(0, 0);
  await desk.button("conversation.details").hover();
  expect(await desk.composer.isVisible()).toBe(true);
  await desk.context.setOffline(false);
  await desk.page.getByRole("dialog", { name: t("shortcuts.title") }).waitFor();
  await desk.page.keyboard.press("Escape");
  await desk.button("inbox.sort.label").click();
  const item = desk.page.getByRole("menuitemradio", { name: t("inbox.sort.oldest") });
  await item.waitFor();
  // Check that its styles were loaded: without them the menu would be one line high.
  expect((await item.boundingBox())?.height).toBeGreaterThan(30);
});

finalChecks(harness);
