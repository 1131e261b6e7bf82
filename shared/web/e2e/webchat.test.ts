import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Channel } from "@recado/lib/protocol";
import { afterAll, afterEach, expect, test } from "vitest";
import { snippetOf } from "../console/src/channels/webchat/site.ts";
import { t } from "./desk.ts";
import { picture, prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";
import { Visitor, w } from "./visitor.ts";

const harness = setUp();
const visitors: Visitor[] = [];

/** The demo account's shops have their own host names, so they are cross-site to the console. */
const shopAt = (name: string): string => harness.stack.url.replace("127.0.0.1", name);

async function visitor(shop = `${shopAt("localhost")}/local/shop/`): Promise<Visitor> {
  const context = await harness.browser.newContext({
    locale: "es-AR",
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const one = new Visitor(await context.newPage(), context, shop);
  visitors.push(one);
  return one;
}

afterEach(async () => {
  for (const { context } of visitors) await context.close();
});
afterAll(() => {
  expect(visitors.flatMap(({ errors }) => errors)).toEqual([]);
});

/** The visitor's name in the inbox; it ends with a random code. */
const called = /Visitante /;

// S0-30, S1-24, S1-25
test("visitor and operator exchange messages and files", async () => {
  const customer = await visitor();
  const desk = await harness.as(ana);
  const photo = await picture(desk.page);
  await desk.goto("/settings/profile");
  await desk.page.locator('input[type="file"]').setInputFiles(photo);
  await desk.button("profile.pictureRemove").waitFor();
  await desk.goto("/inbox");
  await customer.goto();
  await customer.open();
  await customer.log.getByText("¡Hola! ¿En qué te ayudamos?").waitFor();
  await customer.write("Hola 👋 ¿tienen mates de calabaza?");
  await customer.state("mates de calabaza", "state.sent").waitFor();

  await desk.page.locator("a[data-conversation]").filter({ hasText: called }).first().click();
  await desk.message("mates de calabaza").waitFor();
  await customer.field.pressSequentially("es para");
  await desk.page.getByRole("status").getByText(called).waitFor();
  await customer.field.fill("");
  await desk.composer.pressSequentially("Sí");
  await customer.chat.getByText(w("typing", { name: "Ana" })).waitFor();
  await desk.reply("Sí, y de madera");
  await customer.message("Sí, y de madera").getByText("Ana", { exact: true }).waitFor();
  const face = customer.log.locator('img[src*="/pictures/"]').first();
  await expect.poll(() => face.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  await desk.delivery("Sí, y de madera", "delivery.read").waitFor();

  await customer.attach(photo);
  const shown = desk.log.locator("article img").first();
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  await desk.page.locator('form input[type="file"][multiple]').setInputFiles(prices);
  await desk.page
    .getByRole("list", { name: t("composer.files") })
    .getByText(prices.name)
    .waitFor();
  await desk.composer.press("Enter");
  const [answer] = await Promise.all([
    customer.page.waitForResponse((response) => response.url().includes("/widget/v1/files")),
    customer.log.getByRole("button").filter({ hasText: prices.name }).click(),
  ]);
  const { url } = (await answer.json()) as { url: string };
  const fetched = await customer.context.request.get(url);
  expect(await fetched.body()).toEqual(prices.buffer);
  expect(fetched.headers()["content-disposition"]).toContain("attachment");
  expect(await customer.page.locator('iframe[src*="/widget/"]').count()).toBe(1);
});

// S0-30, S0-32
test("new site's code works on an empty page", async () => {
  let html = "";
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(html));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = `http://localhost:${(server.address() as AddressInfo).port}`;
  try {
    const desk = await harness.as(ana);
    await desk.goto("/settings/channels");
    await desk.button("channels.connect").click();
    const dialog = desk.page.getByRole("dialog");
    await dialog.getByText(t("webchat.kind"), { exact: true }).click();
    await dialog.getByLabel(t("webchat.address")).fill(`${page}/inicio?x=1 `);
    await dialog.getByRole("button", { name: t("webchat.create") }).click();
    const code = desk.page.getByRole("textbox", { name: t("webchat.snippet") });
    await code.waitFor();
    await desk.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await desk.button("webchat.copy").click();
    await desk.page.getByText(t("copy.done")).waitFor();
    const copied = await desk.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await code.inputValue());
    const choice = desk.page.getByRole("combobox", { name: t("webchat.step.choose") });
    await choice.selectOption({ label: "Outlet Demo" });
    await expect.poll(() => code.inputValue()).not.toBe(copied);

    // B-22: the installation says it live when a page of the site opens the chat.
    await choice.selectOption({ label: new URL(page).host });
    await desk.page.getByText(t("webchat.worksNot")).waitFor();

    html = `<!doctype html><html lang="es"><title>Malabia</title><body>${copied}</body></html>`;
    const reader = await visitor(`${page}/`);
    await reader.goto();
    await reader.open();
    await desk.page.getByText(t("webchat.works")).waitFor();
    await reader.write("¿Tienen la saga completa?");
    await reader.state("saga completa", "state.sent").waitFor();
    await desk.goto("/inbox");
    await desk.page.locator("a[data-conversation]").filter({ hasText: "saga completa" }).click();
    await desk
      .message("saga completa")
      .getByRole("link", { name: /Malabia/ })
      .waitFor(); // the page the visitor wrote from
  } finally {
    server.close();
  }
});

// S0-31
test("page is loaded while the chat's server does not answer, the first time and later", async () => {
  const code = "Z8D2LQ5RV7YJ1FXC4MTB";
  let hangs = true;
  let html = "";
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/widget/loader.js") && !hangs) {
      void fetch(harness.stack.url + request.url).then(async (loader) =>
        response.setHeader("Content-Type", "text/javascript").end(await loader.text()),
      );
    } else if (!request.url?.startsWith("/widget/")) response.setHeader("Content-Type", "text/html").end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    html = `<!doctype html><title>Malabia</title><h1>Malabia</h1>${snippetOf(address, code, "#1c7ed6")}`;
    const reader = await visitor(`${address}/`);
    const loaded = () =>
      reader.page.evaluate(() => performance.getEntriesByType("navigation")[0]?.toJSON().loadEventEnd);
    await reader.goto();
    expect(await loaded()).toBeGreaterThan(0);
    // A visitor who chatted before gets the frame without a click; here the tag itself is on the page.
    hangs = false;
    html = `<!doctype html><title>Malabia</title><script>localStorage.setItem("recado:${code}","started #1c7ed6")</script>
      <script src="${address}/widget/loader.js" data-site="${code}"></script><h1>Malabia</h1>`;
    await reader.goto();
    await reader.page.locator('iframe[src*="/widget/v1/frame"]').waitFor({ state: "attached" });
    expect(await loaded()).toBeGreaterThan(0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

// S0-31
test.each([
  ["require-corp", ""],
  ["credentialless", ""],
  ["unsafe-none", "crossorigin"],
])("chat opens on a page whose embedder policy is %s, loaded with a tag %s", async (policy, attribute) => {
  let html = "";
  const server = createServer((_, response) =>
    response
      .setHeader("Content-Type", "text/html")
      .setHeader("Cross-Origin-Embedder-Policy", policy)
      .setHeader("Cross-Origin-Opener-Policy", "same-origin")
      .end(html),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = `http://localhost:${(server.address() as AddressInfo).port}`;
  try {
    const settings = { origins: [page] };
    const api = await harness.stack.api(ana);
    const site = await api.post<Channel>("/channels", { type: "webchat", name: `Aislada ${policy}`, settings });
    html = `<!doctype html><html lang="es"><title>Aislada</title>
      <script async ${attribute} src="${harness.stack.url}/widget/loader.js" data-site="${site.externalId}"></script></html>`;
    const reader = await visitor(`${page}/`);
    await reader.goto();
    await reader.open();
  } finally {
    server.close();
  }
});

// S0-31
test("conversation continues on other pages, after a reload and in a second tab", async () => {
  const customer = await visitor();
  await customer.goto("?twice");
  await customer.open();
  await customer.write("¿Hacen envíos?");
  await customer.state("¿Hacen envíos?", "state.sent").waitFor();
  const shopLink = customer.page.getByRole("link", { name: "Envíos" });
  await shopLink.click();
  await customer.page.getByRole("heading", { name: "Envíos" }).waitFor();
  await customer.message("¿Hacen envíos?").waitFor(); // still open
  await customer.page.reload();
  await customer.message("¿Hacen envíos?").waitFor();
  expect(await customer.launcher.count()).toBe(1);

  const tab = new Visitor(await customer.context.newPage(), customer.context, customer.shop);
  visitors.push(tab);
  await tab.goto("products");
  await tab.open();
  await tab.message("¿Hacen envíos?").waitFor();
  await tab.write("A Córdoba");
  await customer.message("A Córdoba").waitFor();
  await tab.state("A Córdoba", "state.sent").waitFor();
  expect(await customer.message("A Córdoba").count()).toBe(1);
  expect(await tab.message("A Córdoba").count()).toBe(1);

  // The closed chat shows the unread count.
  await customer.field.press("Escape");
  await tab.page.close();
  const desk = await harness.as(ana);
  await desk.page.locator("a[data-conversation]").filter({ hasText: "A Córdoba" }).click();
  await desk.reply("Sí, en tres días");
  await customer.page.getByRole("button", { name: /1 mensaje sin leer/ }).click();
  await customer.message("Sí, en tres días").waitFor();
});

test("offline messages are sent once after reconnecting, and missed ones are loaded", async () => {
  const customer = await visitor();
  await customer.goto();
  await customer.open();
  await customer.write("¿Están?");
  await customer.state("¿Están?", "state.sent").waitFor();
  const desk = await harness.as(ana);
  await desk.page.locator("a[data-conversation]").filter({ hasText: "¿Están?" }).click();
  await customer.context.setOffline(true);
  await customer.chat.getByText(w("connection.offline")).waitFor();
  await customer.write("Pregunto por el bolso");
  await customer.write("El de cuero");
  await customer.state("Pregunto por el bolso", "state.waiting").waitFor();
  await desk.reply("Acá estamos");
  await desk.delivery("Acá estamos", "delivery.sent").waitFor();
  await customer.context.setOffline(false);
  await customer.message("Acá estamos").waitFor();
  await customer.state("El de cuero", "state.sent").waitFor();
  await desk.message("El de cuero").waitFor();
  for (const text of ["Pregunto por el bolso", "El de cuero"]) {
    expect(await desk.message(text).count()).toBe(1);
    expect(await customer.message(text).count()).toBe(1);
  }
});

test("chat works without browser storage until the page is left", async () => {
  const customer = await visitor();
  await customer.context.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    }
  });
  await customer.goto();
  await customer.open();
  await customer.write("¿Guardan algo?");
  await customer.state("¿Guardan algo?", "state.sent").waitFor();
  const desk = await harness.as(ana);
  await desk.page.locator("a[data-conversation]").filter({ hasText: "¿Guardan algo?" }).click();
  await desk.reply("Nada de nada");
  await customer.message("Nada de nada").waitFor();
  await customer.field.press("Escape");
  await customer.open();
  await customer.message("¿Guardan algo?").waitFor();
  await customer.goto("contact");
  await customer.open();
  expect(await customer.message("¿Guardan algo?").count()).toBe(0);
});

// S0-32
test("chats belong to the site's store, and other pages cannot embed the site", async () => {
  const outlet = await visitor(`${shopAt("outlet.localhost")}/local/shop/`);
  await outlet.goto();
  await outlet.open();
  await outlet.write("¿Esto es el outlet?");
  await outlet.state("¿Esto es el outlet?", "state.sent").waitFor();
  const api = await harness.stack.api(ana);
  const channels = (await api.get("/channels")) as {
    items: { id: string; name: string; storeId: string; externalId: string }[];
  };
  const site = channels.items.find(({ name }) => name === "Outlet Demo");
  const listed = (await api.get("/conversations?status=all")) as {
    items: { storeId: string; channel: { id: string }; preview: { text: string } }[];
  };
  const chat = listed.items.find(({ preview }) => preview.text === "¿Esto es el outlet?");
  expect(chat?.channel.id).toBe(site?.id);
  expect(chat?.storeId).toBe(site?.storeId);
  expect(listed.items.some(({ storeId }) => storeId !== site?.storeId)).toBe(true);

  // The outlet's code on the other shop's page: the browser blocks the frame, and the visitor sees an error.
  const stolen = await visitor();
  await stolen.goto(`?site=${site?.externalId}`);
  await stolen.launcher.click();
  await stolen.page.getByRole("status").getByText(/chat/i).waitFor();
  expect(await stolen.field.count()).toBe(0);
  stolen.errors.length = 0; // the blocked frame logs an expected error
});

finalChecks(harness);
