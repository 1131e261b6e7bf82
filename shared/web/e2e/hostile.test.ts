import type { Conversation } from "@recado/lib/protocol";
import { expect, test } from "vitest";
import type { Api } from "./api.ts";
import { type Desk, t } from "./desk.ts";
import { picture, prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";
import { Visitor } from "./visitor.ts";

const harness = setUp();

/** What the customers send follows from it. HOSTILE_SEED repeats a run. */
const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 31);
process.stderr.write(`hostile customers are drawn with HOSTILE_SEED=${seed}\n`);
const about = `drawn with HOSTILE_SEED=${seed}`;

const clara = { phone: "5491155550901", name: "Clara Paz" };
const phones = ["5491150009001", "5491150009002", "5491150009003", "5491150009004"];
const chats = ["7200000001", "7200000002"];

/** What a visitor of the shop writes. */
const visited = [
  "z".repeat(4096),
  "una línea\n".repeat(400),
  `Z${"\u0335\u0489".repeat(300)}`,
  "<img src=x onerror=window.pwned=1>",
];

/** The most that a new message may take to be shown, in ms. */
const LIVE = 10_000;

/** Opens a console that keeps every error of its page, and can tell what is broken on its screen. */
async function open(width: number): Promise<Desk> {
  const desk = await harness.desk({ viewport: { width, height: 800 } });
  desk.page.on("console", (message) => {
    if (message.type() === "error") desk.errors.push(message.text());
  });
  desk.page.on("dialog", (dialog) => {
    desk.errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  desk.page.on("response", (response) => {
    if (response.status() >= 500) desk.errors.push(`${response.status()} ${response.url()}`);
  });
  await desk.page.addInitScript(`window.broken = ${broken}`);
  await desk.signIn(ana);
  return desk;
}

/** Everything on the screen that hostile content broke. Runs in the page. */
function broken(): string[] {
  const found = new Set<string>();
  const say = (what: string, element?: Element | null) =>
    found.add(`${what} ${element?.outerHTML.slice(0, 200) ?? ""}`);
  const sticksOut = (inner: Element, outer: Element) => {
    const [a, b] = [inner.getBoundingClientRect(), outer.getBoundingClientRect()];
    return a.width > 0 && (a.right > b.right + 1 || a.left < b.left - 1);
  };
  if ((document.scrollingElement?.scrollWidth ?? 0) > innerWidth) say("the page scrolls sideways");
  for (const pane of document.querySelectorAll("[role=log], aside, aside > div, nav, main")) {
    if (pane.scrollWidth > pane.clientWidth)
      say("scrolls sideways because of", [...pane.querySelectorAll("*")].find((one) => sticksOut(one, pane)) ?? pane);
  }
  for (const message of document.querySelectorAll("article")) {
    for (const part of message.querySelectorAll("*")) {
      if (!part.closest("pre") && sticksOut(part, message)) say("sticks out of its message:", part);
    }
  }
  for (const stamp of document.querySelectorAll("article p + [class*=stamp]")) {
    const words = document.createRange();
    words.selectNodeContents(stamp.previousElementSibling as Element);
    const over = stamp.getBoundingClientRect();
    for (const line of words.getClientRects()) {
      const across = Math.min(line.right, over.right) - Math.max(line.left, over.left);
      if (across > 1 && Math.min(line.bottom, over.bottom) - Math.max(line.top, over.top) > 4)
        say("its time covers a text:", stamp.closest("article"));
    }
  }
  const field = document.querySelector("form textarea");
  if (field) {
    const { x, y, width, height } = field.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    if (!top || !field.closest("form")?.contains(top)) say("covers the composer:", top);
  }
  if ("pwned" in window) say("a script of a customer ran");
  return [...found];
}

const brokenOn = ({ page }: Desk): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { broken: typeof broken }).broken());

/** Scrolls the open conversation from its end to its beginning, and tells what is broken on the way. */
const brokenAbove = ({ log }: Desk): Promise<string[]> =>
  log.evaluate(async (log) => {
    const settled = () =>
      new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))));
    const found = new Set<string>();
    for (let still = 0; still < 3; ) {
      for (const one of (window as unknown as { broken: typeof broken }).broken()) found.add(one);
      const { scrollTop, scrollHeight } = log;
      log.scrollBy(0, -log.clientHeight * 0.8);
      await settled();
      const loading = log.querySelector("[class*=older] [role=presentation], [class*=older] .mantine-Loader-root");
      still = !loading && log.scrollTop === scrollTop && log.scrollHeight === scrollHeight ? still + 1 : 0;
    }
    return [...found];
  });

/** Opens a conversation by its row, which may have any name. */
async function openRow(desk: Desk, id: string): Promise<void> {
  const row = desk.page.locator(`a[data-conversation="${id}"]`);
  await desk.rows.first().waitFor();
  await expect
    .poll(async () => {
      if (await row.count()) return true;
      await desk.rows.first().hover();
      await desk.page.mouse.wheel(0, 500);
      return false;
    })
    .toBe(true);
  await row.click();
  await desk.page.waitForURL(`**/${id}?**`);
  await desk.log.waitFor();
}

test("an honest customer's messages are shown at once while hostile customers write", async () => {
  const { phone, telegram } = harness.stack;
  await phone.add(clara);
  await phone.say(clara.phone, "Hola, soy Clara");
  const desk = await open(1280);
  await desk.open(clara.name);
  let writing = true;
  const attacks = Promise.all([phone.attack(seed, 40, phones), telegram.attack(seed, 40, chats), visit()]).finally(
    () => {
      writing = false;
    },
  );
  const took: number[] = [];
  for (let n = 0; writing || n < 5; n += 1) {
    const began = performance.now();
    await phone.say(clara.phone, `¿Me leen? ${n}.`);
    await desk.message(`¿Me leen? ${n}.`).waitFor();
    took.push(performance.now() - began);
    expect(await brokenOn(desk), about).toEqual([]);
  }
  await attacks;
  process.stderr.write(`${took.length} honest messages took ${Math.round(Math.max(...took))} ms at most\n`);
  expect(Math.max(...took), about).toBeLessThan(LIVE);
  await desk.reply("Te leemos, Clara");
  await desk.delivery("Te leemos, Clara", "delivery.delivered").waitFor();

  const name = `factura\u202efdp${"x".repeat(200)}.exe`;
  await phone.sendFile(clara.phone, { ...prices, name }, "z".repeat(1024));
  await phone.sendFile(clara.phone, { ...(await picture(desk.page)), name }, `Z${"\u0335\u0489".repeat(400)}`);
  await desk.log.getByRole("button", { name: t("media.enlarge", { name: "" }) }).click();
  await desk.page.getByRole("dialog").locator("img").waitFor();
  await desk.page.keyboard.press("Escape");
  await desk.page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await brokenOn(desk), about).toEqual([]);
}, 120_000);

/** A visitor of a shop writes what the web chat lets through. */
async function visit(): Promise<void> {
  const context = await harness.browser.newContext({ locale: "es-AR" });
  context.setDefaultTimeout(20_000);
  const shop = harness.stack.url.replace("127.0.0.1", "localhost");
  const visitor = new Visitor(await context.newPage(), context, `${shop}/local/shop/`);
  await visitor.goto(`?q=${"%3Cscript%3E".repeat(80)}#../../\u202e`);
  await visitor.open();
  for (const text of visited) await visitor.write(text);
  const name = `factura\u202efdp${"x".repeat(180)}.png`;
  const page = { name, mimeType: "image/png", buffer: Buffer.from("<html><script>window.pwned=1</script>") };
  await visitor.chat.locator('input[type="file"]').setInputFiles(page);
  await visitor.field.press("Enter");
  await expect.poll(() => visitor.log.locator(".row").count()).toBe(visited.length + 2); // and the greeting and the file
  expect(visitor.errors).toEqual([]);
  await context.close();
}

test("the inbox lists every hostile conversation, and each opens and scrolls to its beginning", async () => {
  const api = await harness.stack.api(ana);
  await quiet(api);
  const conversations = await api.conversations();
  const desk = await open(1280);
  await desk.box("inbox.box.all");
  await desk.state("inbox.state.all");
  await expect
    .poll(() => desk.page.locator("li[aria-setsize]").first().getAttribute("aria-setsize"))
    .toBe(String(conversations.length));
  for (const { id, contact } of conversations) {
    const which = `${JSON.stringify(contact.name)?.slice(0, 80)} ${id}, ${about}`;
    await openRow(desk, id);
    await desk.log.locator("article").first().waitFor();
    expect(await brokenAbove(desk), which).toEqual([]);
    await desk.log.getByText(t("conversation.beginning")).waitFor();
    const more = desk.log.getByRole("button", { name: t("action.more"), exact: true }).first();
    if (await more.isVisible()) await more.click();
    const card = desk.page.getByRole("complementary", { name: t("contact.details") });
    await card.getByText(t("contact.data")).waitFor();
    await expect
      .poll(() => desk.page.getByRole("status", { name: t("state.loading") }).count(), { message: which })
      .toBe(0);
    expect(await desk.page.getByText(t("state.failed"), { exact: true }).count(), which).toBe(0);
    expect(await brokenOn(desk), which).toEqual([]);
  }
}, 120_000);

// At the width of a small phone, in a conversation of each channel.
test("hostile conversations fit a phone, and each channel's can be answered", async () => {
  const api = await harness.stack.api(ana);
  const conversations = await api.conversations();
  const desk = await open(360);
  await desk.box("inbox.box.all");
  await desk.state("inbox.state.all");
  await expect.poll(() => desk.rows.count()).toBeGreaterThan(3);
  expect(await brokenOn(desk), about).toEqual([]);
  // On WhatsApp, some messages name a sender whom no answer reaches.
  const known = await api.get<{ items: { id: string }[] }>(`/contacts?q=${phones[0]}`);
  const reachable = {
    whatsapp: ({ contact }: Conversation) => contact.id === known.items[0]?.id,
    telegram: ({ channel }: Conversation) => channel.type === "telegram",
    webchat: ({ channel }: Conversation) => channel.type === "webchat",
  };
  for (const [type, chosen] of Object.entries(reachable)) {
    const one = conversations.find(chosen);
    if (!one) throw new Error(`nobody wrote on ${type}, ${about}`);
    await openRow(desk, one.id);
    await desk.log.locator("article").first().waitFor();
    expect(await brokenAbove(desk), `${type} ${one.id}, ${about}`).toEqual([]);
    if (type === "webchat") {
      await desk.log
        .getByRole("button", { name: t("action.more"), exact: true })
        .first()
        .click();
      await desk.message(visited[0] ?? "").waitFor();
      expect(await brokenOn(desk), about).toEqual([]);
    }
    await desk.reply(`Recibido por ${type}`);
    await desk.message(`Recibido por ${type}`).locator("[data-status=sent], [data-status=delivered]").waitFor();
    await desk.page.getByRole("button", { name: t("conversation.back") }).click();
  }
  await desk.page.getByRole("searchbox", { name: t("inbox.searchLabel") }).fill(clara.name);
  await expect.poll(() => desk.names()).toEqual([clara.name]);
}, 120_000);

test("contacts with hostile names are found and shown", async () => {
  const api = await harness.stack.api(ana);
  const named = (await api.conversations()).find(
    ({ contact }) => /^[\p{L}\p{N} ]{3,}/u.test(contact.name ?? "") && contact.name !== clara.name,
  );
  if (!named?.contact.name) throw new Error(`nobody has a name of letters, ${about}`);
  const desk = await open(1280);
  await desk.goto("/contacts");
  const search = desk.page.getByRole("searchbox", { name: t("inbox.searchLabel") });
  for (const words of [named.contact.name.slice(0, 60), phones[0] ?? "", "<script>", "\u202e", "../../x.exe"]) {
    await search.fill(words);
    await desk.page
      .locator("main a[href^='/contacts/']")
      .or(desk.page.getByText(t("inbox.noMatch")))
      .first()
      .waitFor();
    expect(await brokenOn(desk), `${words}, ${about}`).toEqual([]);
  }
  await search.fill(phones[0] ?? "");
  await desk.page.locator("main a[href^='/contacts/']").first().click();
  await desk.page.locator("main a[href*='/inbox/']").first().waitFor();
  expect(await brokenOn(desk), about).toEqual([]);
});

/** Waits until nothing is on its way: the API's answers stop changing. */
async function quiet(api: Api): Promise<void> {
  let last = "";
  await expect
    .poll(
      async () => {
        const before = last;
        last = JSON.stringify(await api.conversations());
        return last === before;
      },
      { interval: 700 },
    )
    .toBe(true);
}

finalChecks(harness);
