import { expect, test } from "vitest";
import type { Key } from "../console/src/core/texts.ts";
import { Desk, t } from "./desk.ts";
import { prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno, password } from "./stack.ts";

const harness = setUp();
const olga = { phone: "5491155558001", name: "Olga Paredes" };
const pedro = { phone: "5491155558002", name: "Pedro Luna" };
const rita = { phone: "5491155558003", name: "Rita Campos" };

/** Everything that is said of the connection comes within this time, in milliseconds. */
const SAID_WITHIN = 5_000;

const says = (desk: Desk, key: Key, timeout = 20_000) =>
  expect.poll(() => desk.page.getByRole("status").allTextContents(), { timeout }).toContain(t(key));

const sentTo = async (phone: string) =>
  (await harness.stack.phone.messagesOf(phone)).filter(({ fromBusiness }) => fromBusiness);

/** Waits until the worker has the console's files. */
const filesKept = (desk: Desk) =>
  expect
    .poll(() => desk.page.evaluate(async () => (await caches.open("recado.files")).match("/files.json").then(Boolean)))
    .toBe(true);

/** Notes each time at which the page shows no text and no picture of loading. */
async function watchForBlank(desk: Desk): Promise<() => Promise<number>> {
  await desk.page.addInitScript(() => {
    let started = false;
    const look = () => {
      const shown = document.body?.textContent?.trim() || document.querySelector('[role="status"], [aria-busy="true"]');
      // Before the page has started nothing can be shown.
      started ||= Boolean(shown);
      if (!started || shown) return;
      sessionStorage.setItem("blank", String(Number(sessionStorage.getItem("blank")) + 1));
    };
    addEventListener("DOMContentLoaded", () =>
      new MutationObserver(look).observe(document, { childList: true, subtree: true }),
    );
  });
  return () => desk.page.evaluate(() => Number(sessionStorage.getItem("blank")));
}

test("with the server stopped under a working operator nothing is lost, and nothing is sent twice", async () => {
  await harness.stack.phone.add(olga, pedro);
  await harness.stack.phone.say(olga.phone, "¿Tienen talle 40?");
  await harness.stack.phone.say(pedro.phone, "Buenas");
  const desk = await harness.desk({ serviceWorkers: "allow" });
  const blanks = await watchForBlank(desk);
  await desk.signIn(ana);
  await desk.box("inbox.box.all");
  await desk.open(pedro.name);
  await desk.open(olga.name);
  await desk.message("¿Tienen talle 40?").waitFor();
  await filesKept(desk);
  const composerAt = (await desk.composer.boundingBox())?.y;

  await harness.stack.halt();
  await says(desk, "connection.away", SAID_WITHIN);
  expect((await desk.composer.boundingBox())?.y, "nothing moves").toBe(composerAt);

  await desk.reply("Sí, en negro");
  await desk.page.locator('form input[type="file"][multiple]').setInputFiles(prices);
  await desk.reply("Aquí la lista");
  await desk.reply("¿Se lo reservo?");
  await desk.message("Sí, en negro").getByText(t("composer.waiting")).waitFor();
  await desk.composer.fill("Hacemos envíos");

  // Each section shows what it has or says that it has nothing, inside the frame.
  const { page } = desk;
  const sections: [string, Key][] = [
    ["/contacts", "shell.contacts"],
    ["/settings/profile", "settings.profile"],
    ["/settings/operators", "settings.operators"],
    ["/settings/channels", "settings.channels"],
    ["/settings/distribution", "settings.distribution"],
  ];
  const entry = (path: string) => page.locator(`a[href="${path}"]`).first();
  for (const [path, title] of sections) {
    if (path === "/settings/profile") await entry("/settings").click();
    await entry(path).click();
    await page.locator("main").getByText(t(title), { exact: true }).first().waitFor();
    await page.waitForURL(`**${path}`);
    expect(await page.getByRole("navigation", { name: t("shell.navigation") }).isVisible()).toBe(true);
    await expect.poll(() => page.locator('main [role="status"][aria-label]').count()).toBe(0);
  }
  // The section that was open while it was down, and the messages, need nobody to retry.
  await harness.stack.resume();
  await page.locator("main").getByRole("alert").waitFor({ state: "detached" });
  await page.locator('main input[type="checkbox"], main input[role="switch"]').first().waitFor();
  await entry("/inbox").click();
  await desk.box("inbox.box.all");
  await desk.open(olga.name);
  await expect.poll(() => desk.composer.inputValue()).toBe("Hacemos envíos");
  await desk.delivery("¿Se lo reservo?", "delivery.delivered").waitFor();

  // Once more, with a reload in between.
  await harness.stack.halt();
  await says(desk, "connection.away", SAID_WITHIN);
  await desk.reply("También en blanco");
  await page.locator('form input[type="file"][multiple]').setInputFiles(prices);
  await desk.reply("Lista de mayo");
  await desk.message("También en blanco").getByText(t("composer.waiting")).waitFor();
  await desk.composer.fill("¿La busca hoy?");
  await page.reload();
  await page.getByRole("heading", { name: t("state.unreachable") }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: t("state.unreachable") }).waitFor();

  await harness.stack.resume();
  await desk.log.waitFor();
  await desk.online();
  expect(await desk.composer.inputValue()).toBe("¿La busca hoy?");
  await desk.delivery("Lista de mayo", "delivery.delivered").waitFor();
  const answers = [
    ["text", "Sí, en negro"],
    ["document", "Aquí la lista"],
    ["text", "¿Se lo reservo?"],
    ["text", "También en blanco"],
    ["document", "Lista de mayo"],
  ];
  const api = await harness.stack.api(ana);
  const { id } = await api.withContact(olga.name);
  const said = (await api.messages(id)).filter(({ direction }) => direction === "out");
  expect(said.map(({ type, text }) => [type, text])).toEqual(answers);
  const shown = await desk.log.locator("article[data-out]").allTextContents();
  expect(shown.map((article) => answers.find(([, text = ""]) => article.includes(text)))).toEqual(answers);
  expect(await blanks()).toBe(0);
  await page.evaluate(() => document.getElementById("root")?.remove());
  expect(await blanks(), "a blank page is seen").toBe(1);
}, 180_000);

const refuseMessages = (desk: Desk) =>
  desk.context.route("**/api/v1/conversations/*/messages", (route) =>
    route.request().method() === "POST" ? route.abort() : route.fallback(),
  );

test("two tabs send each message once and in order, also when the one that waits is closed", async () => {
  await harness.stack.phone.add(rita);
  await harness.stack.phone.say(rita.phone, "¿Abren mañana?");
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.open(rita.name);
  const tab = new Desk(await desk.context.newPage(), desk.context, desk.url);
  await tab.goto(new URL(desk.page.url()).pathname);
  await tab.log.waitFor();
  await refuseMessages(desk);
  await desk.reply("Sí, mañana abrimos");
  await tab.message("Sí, mañana abrimos").waitFor();
  await tab.reply("De nueve a seis");
  await desk.message("De nueve a seis").waitFor();
  await desk.reply("Al mediodía también");
  await tab.message("Al mediodía también").waitFor();
  await desk.page.close();
  await desk.context.unroute("**/api/v1/conversations/*/messages");
  await tab.delivery("Al mediodía también", "delivery.delivered").waitFor();
  expect((await sentTo(rita.phone)).map(({ text }) => text)).toEqual([
    "Sí, mañana abrimos",
    "De nueve a seis",
    "Al mediodía también",
  ]);
  await tab.page.close();
});

test("signing out turns unsent messages into drafts, and the next operator does not see them", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.open(rita.name);
  const path = new URL(desk.page.url()).pathname;
  await refuseMessages(desk);
  await desk.reply("Un momento, por favor");
  await desk.message("Un momento, por favor").getByText(t("composer.waiting")).waitFor();
  const signInAs = async (email: string) => {
    await desk.page.getByLabel(t("field.email")).fill(email);
    await desk.page.getByLabel(t("field.password"), { exact: true }).fill(password);
    await desk.button("auth.signIn.submit").click();
    await desk.online();
    await desk.goto(path);
    await desk.log.waitFor();
  };
  await desk.menu(t("shell.userMenu", { name: "Ana Ruiz" }), "shell.signOut");
  await desk.context.unroute("**/api/v1/conversations/*/messages");
  await signInAs(bruno);
  await desk.message("¿Abren mañana?").waitFor();
  expect(await desk.message("Un momento, por favor").count()).toBe(0);
  expect(await desk.composer.inputValue()).toBe("");
  await desk.menu(t("shell.userMenu", { name: "Bruno Díaz" }), "shell.signOut");
  await signInAs(ana);
  await expect.poll(() => desk.composer.inputValue()).toBe("Un momento, por favor");
  expect((await sentTo(rita.phone)).map(({ text }) => text)).not.toContain("Un momento, por favor");
});

test("a message of the day before is sent only on request", async () => {
  const desk = await harness.as(ana);
  await desk.box("inbox.box.all");
  await desk.open(rita.name);
  await refuseMessages(desk);
  await desk.composer.fill("");
  await desk.reply("Hoy cerramos antes");
  await desk.message("Hoy cerramos antes").getByText(t("composer.waiting")).waitFor();
  await desk.page.evaluate(async () => {
    const opened = indexedDB.open("recado.outbox");
    await new Promise((done) => opened.addEventListener("success", done));
    const entries = opened.result.transaction("entries", "readwrite").objectStore("entries");
    const all = entries.openCursor();
    await new Promise<void>((done) =>
      all.addEventListener("success", () => {
        if (!all.result) return done();
        all.result.update({ ...all.result.value, createdAt: new Date(Date.now() - 25 * 3_600_000).toISOString() });
        all.result.continue();
      }),
    );
  });
  await desk.page.reload();
  await desk.message("Hoy cerramos antes").getByText(t("composer.old")).waitFor();
  await desk.context.unroute("**/api/v1/conversations/*/messages");
  await desk.button("composer.edit").click();
  await expect.poll(() => desk.composer.inputValue()).toBe("Hoy cerramos antes");
  await desk.composer.press("Enter");
  await desk.delivery("Hoy cerramos antes", "delivery.delivered").waitFor();
  expect((await sentTo(rita.phone)).filter(({ text }) => text === "Hoy cerramos antes")).toHaveLength(1);
});

test("a page whose code is missing says so, and starts when it is there", async () => {
  const desk = await harness.desk();
  await desk.context.route("**/assets/index-*.js", (route) => route.abort());
  await desk.goto("/sign-in");
  await desk.page.getByRole("alert").waitFor();
  await desk.context.unroute("**/assets/index-*.js");
  await desk.button("auth.signIn.submit").waitFor();
});

test("a section whose code is missing says so in its place, and loads on retry", async () => {
  const desk = await harness.desk();
  await desk.context.route("**/assets/Contacts-*.js", (route) => route.abort());
  await desk.signIn(ana);
  const { page } = desk;
  await page.locator('a[href="/contacts"]').click();
  await page.locator("main").getByRole("alert").getByText(t("error.offline")).waitFor();
  expect(await page.getByRole("navigation", { name: t("shell.navigation") }).isVisible()).toBe(true);
  await desk.context.unroute("**/assets/Contacts-*.js");
  await desk.button("action.retry").click();
  await page.getByRole("heading", { name: t("shell.contacts") }).waitFor();
});

test("after a deployment that removed a section's code a reload is offered", async () => {
  const desk = await harness.desk();
  await desk.context.route("**/assets/Contacts-*.js", (route) => route.fulfill({ status: 404 }));
  await desk.signIn(ana);
  await desk.context.route(`${desk.url}/`, (route) =>
    route.fulfill({ contentType: "text/html", body: '<script type="module" src="/assets/index-new.js"></script>' }),
  );
  const { page } = desk;
  await page.locator('a[href="/contacts"]').click();
  await page.locator("main").getByText(t("state.updated")).waitFor();
  await desk.context.unroute("**/assets/Contacts-*.js");
  await desk.button("action.reload").click();
  await page.getByRole("heading", { name: t("shell.contacts") }).waitFor();
});

test("offline and slow are said within five seconds", async () => {
  const desk = await harness.as(ana);
  await desk.context.setOffline(true);
  await says(desk, "connection.offline", SAID_WITHIN);
  await desk.context.setOffline(false);
  await says(desk, "connection.back");
  await says(desk, "connection.online");
  await desk.context.route("**/api/v1/contacts**", async (route) => {
    await new Promise((done) => setTimeout(done, 6_000));
    await route.fallback();
  });
  await desk.page.locator('a[href="/contacts"]').click();
  await says(desk, "state.slow", SAID_WITHIN);
  await says(desk, "connection.online");
  // Requests fail, though the socket is open.
  await desk.context.route("**/api/v1/**", (route) => route.abort());
  await desk.page.getByRole("searchbox").fill("Olga");
  await says(desk, "connection.away", SAID_WITHIN);
  await desk.context.unroute("**/api/v1/**");
  await desk.button("action.retryNow").click();
  await says(desk, "connection.back", SAID_WITHIN);
});

finalChecks(harness);
