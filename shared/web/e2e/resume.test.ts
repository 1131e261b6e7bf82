import type { Conversation, Me } from "@recado/lib/protocol";
import { expect, test, vi } from "vitest";
import { type Api, ApiError } from "./api.ts";
import { type Desk, t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno, carla } from "./stack.ts";

const harness = setUp();

const EVENTS = 1_000;
const CUTS = 200;
const PEOPLE = 10;
/** Replies to the watched customer. WhatsApp takes 45 messages to a person at once, and then one in six seconds. */
const REPLIES = 40;

const people = Array.from({ length: PEOPLE }, (_, i) => ({
  phone: `54911700${String(i).padStart(5, "0")}`,
  name: `Persona ${String(i).padStart(2, "0")}`,
}));
/** All browsers show this conversation; it gets most of the events. */
const watched = people[0] as (typeof people)[number];

/** A row of the inbox, as shown and as the API returns it. */
interface Row {
  id: string;
  preview: string;
  unread: boolean;
  assignee: string;
}

async function rowsShown(desk: Desk): Promise<Row[]> {
  const rows = await desk.rows.evaluateAll((all) =>
    all
      .toSorted((a, b) => Number(a.closest("li")?.ariaPosInSet) - Number(b.closest("li")?.ariaPosInSet))
      .map((row) => ({
        id: (row as HTMLElement).dataset.conversation ?? "",
        preview: row.querySelector("[class*=previewText]")?.textContent ?? "",
        unread: (row as HTMLElement).dataset.unread !== undefined,
        assignee: row.querySelector("[class*=assignee]:not([data-nobody])")?.textContent ?? "",
      })),
  );
  return rows;
}

async function rowsSaid(api: Api, query: Record<string, string>): Promise<Row[]> {
  const [operators, me] = await Promise.all([api.operators(), api.get<Me>("/me")]);
  const nameOf = (id: string | null) => {
    if (id === me.operator.id) return query.assignee === "me" ? "" : t("inbox.you");
    return operators.find((one) => one.id === id)?.name.split(" ")[0] ?? "";
  };
  const row = ({ id, preview, unread, assigneeId }: Conversation): Row => ({
    id,
    preview: preview?.text ?? "",
    unread,
    assignee: nameOf(assigneeId),
  });
  return (await api.conversations(query)).map(row);
}

/** The rows in which the browser differs from the API. The open conversation keeps its place in the list while it is open. */
function differing(openId: string, shown: Row[], said: Row[]): { shown?: Row; said?: Row }[] {
  const open = (rows: Row[]) => rows.find(({ id }) => id === openId);
  const [shownOthers, saidOthers] = [shown, said].map((rows) => rows.filter(({ id }) => id !== openId)) as [
    Row[],
    Row[],
  ];
  const places = Array.from({ length: Math.max(shownOthers.length, saidOthers.length) }, (_, i) => ({
    shown: shownOthers[i],
    said: saidOthers[i],
  }));
  if (open(said)) places.push({ shown: open(shown), said: open(said) });
  return places.filter((place) => JSON.stringify(place.shown) !== JSON.stringify(place.said));
}

/** All messages with their status, and all events, of the open conversation, from top to end. */
async function historyShown(desk: Desk): Promise<{ messages: string[]; events: string[] }> {
  return desk.log.evaluate(async (log) => {
    const settle = () =>
      new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))));
    for (let height = -1; height !== log.scrollHeight || log.scrollTop > 0; ) {
      height = log.scrollHeight;
      log.scrollTo(0, 0);
      await settle();
      while (log.querySelector("[class*=older] [role=presentation], [class*=older] .mantine-Loader-root"))
        await settle();
    }
    const rows = new Map<number, { kind: "message" | "event" | "other"; texts: string[] }>();
    // A gap in the indexes means that a row was skipped while scrolling; scroll again.
    const whole = () => rows.size === Math.max(...rows.keys()) + 1;
    for (let pass = 0; pass === 0 || (pass < 5 && !whole()); pass += 1) {
      log.scrollTo(0, 0);
      await settle();
      for (let last = -1; last !== log.scrollTop; ) {
        last = log.scrollTop;
        for (const slot of log.querySelectorAll<HTMLElement>("[data-index]")) {
          const article = slot.querySelector("article");
          const folded = slot.querySelector<HTMLElement>('[class*="_fold_"][aria-expanded="false"]');
          if (folded) {
            folded.click();
            await settle();
          }
          const events = [...slot.querySelectorAll<HTMLElement>("[data-type]")];
          const tick = slot.querySelector<HTMLElement>("[data-status]")?.dataset.status ?? "received";
          const words = article?.querySelector("p, [dir=auto]:not([class*=author])")?.textContent ?? "";
          const index = Number(slot.dataset.index);
          if (article) rows.set(index, { kind: "message", texts: [`${words} ${tick}`] });
          else {
            const types = events.map(({ dataset }) => dataset.type ?? "");
            rows.set(index, { kind: types.length > 0 ? "event" : "other", texts: types });
          }
        }
        log.scrollBy(0, log.clientHeight / 2);
        await settle();
      }
    }
    const inOrder = [...rows].toSorted(([a], [b]) => a - b).map(([, row]) => row);
    const of = (kind: string) => inOrder.filter((row) => row.kind === kind).flatMap(({ texts }) => texts);
    return { messages: of("message"), events: of("event") };
  });
}

// C-04
test("three browsers match the server after 1,000 events and 200 broken sockets", async () => {
  const owner = await harness.stack.api(ana);
  const second = await harness.stack.api(bruno);
  await harness.stack.phone.add(...people);
  for (const { phone, name } of people) await harness.stack.phone.say(phone, `hola, soy ${name}`);
  await expect.poll(async () => (await owner.conversations()).length).toBe(PEOPLE);
  const ids = (await owner.conversations()).map(({ id }) => id);
  const watchedId = (await owner.withContact(watched.name)).id;
  const operators = (await owner.operators()).map(({ id }) => id);

  // Tall enough to render every row.
  const viewport = { width: 1440, height: 1_000 };
  const views = [
    { email: ana, box: "inbox.box.all", state: "inbox.state.all", query: {} },
    { email: bruno, box: "inbox.box.mine", state: "inbox.state.open", query: { assignee: "me", status: "open" } },
    { email: carla, box: "inbox.box.all", state: "inbox.state.resolved", query: { status: "resolved" } },
  ] as const;
  const desks = await Promise.all(views.map(({ email }) => harness.as(email, { viewport })));
  const unmoved: (() => Promise<boolean>)[] = [];
  for (const [i, desk] of desks.entries()) {
    await desk.box("inbox.box.all");
    await desk.open(watched.name);
    await desk.box(views[i]?.box ?? "inbox.box.all");
    await desk.state(views[i]?.state ?? "inbox.state.all");
    unmoved.push(await desk.mark());
  }

  // Random actions; the seed is printed if the test fails.
  const seed = Date.now() % 2 ** 31;
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const others = ids.filter((id) => id !== watchedId);
  let said = 0;
  let replied = 0;
  const happen = async (): Promise<number> => {
    const dice = random();
    const inWatched = random() < 0.3;
    const id = inWatched ? watchedId : pick(ids);
    said += 1;
    if (dice < 0.45) {
      await harness.stack.phone.say(inWatched ? watched.phone : pick(people).phone, `mensaje ${said}`);
      return 1;
    }
    if (dice < 0.6) {
      // The reply and its three status updates.
      if (id === watchedId) replied += 1;
      await second.reply(id === watchedId && replied > REPLIES ? pick(others) : id, `respuesta ${said}`);
      return 4;
    }
    if (dice < 0.75) await owner.assign(id, random() < 0.2 ? null : pick(operators));
    else if (dice < 0.88) await second.act(id, "resolve");
    else if (dice < 0.95) await second.act(id, "reopen");
    else await harness.stack.phone.openChat(watched.phone);
    return 1;
  };

  let events = 0;
  let cuts = 0;
  const started = performance.now();
  const working = async () => {
    while (events < EVENTS) {
      // Paced with the socket cuts, so that both end together.
      if (events / EVENTS > (cuts + 1) / CUTS) await pause();
      else events += await happen().catch(ignoreConflict);
    }
  };
  const cutting = async () => {
    while (cuts < CUTS) {
      const broken = await harness.stack.cutSockets(1, cuts % 4 === 0);
      cuts += broken;
      if (!broken || cuts / CUTS > (events + 10) / EVENTS) await pause();
    }
  };
  await Promise.all([working(), working(), cutting()]);
  process.stderr.write(`${events} events and ${cuts} cuts in ${Math.round((performance.now() - started) / 1000)} s\n`);
  expect(cuts).toBeGreaterThanOrEqual(CUTS);
  expect(events).toBeGreaterThanOrEqual(EVENTS);

  // Wait for events in flight.
  await quiet(owner, watchedId);
  const eyes = [owner, second, await harness.stack.api(carla)];
  for (const [i, desk] of desks.entries()) {
    const { email, query } = views[i] as (typeof views)[number];
    const api = eyes[i] as Api;
    const about = `${email}, drawn with seed ${seed}`;
    await expect
      .poll(async () => differing(watchedId, await rowsShown(desk), await rowsSaid(api, query)), { message: about })
      .toEqual([]);
    const messages = (await api.messages(watchedId)).map(({ text, status }) => `${text} ${status}`);
    const timeline = (await api.events(watchedId)).map(({ type }) => type);
    await expect
      .poll(() => historyShown(desk), { message: about, interval: 500 })
      .toEqual({ messages, events: timeline });
    expect(await unmoved[i]?.(), "the page was not loaded anew").toBe(true);
    await expect.poll(() => desk.page.getByRole("status").allTextContents()).toContain(t("connection.online"));
  }
}, 420_000);

// C-04
test("after a reconnect the open conversation is where it was, and what is out of view is unread", async () => {
  const rosa = { phone: "5491170099001", name: "Rosa Quiroga" };
  const owner = await harness.stack.api(ana);
  await harness.stack.phone.add(rosa);
  const say = async (from: number, until: number) => {
    for (let n = from; n < until; n += 1) await harness.stack.phone.say(rosa.phone, `mensaje ${n}`);
    const id = await vi.waitUntil(
      async () => (await owner.conversations()).find(({ contact }) => contact.name === rosa.name)?.id,
      { timeout: 10_000 },
    );
    await expect.poll(async () => (await owner.messages(id)).length).toBe(until);
  };
  await say(0, 1);
  const { id } = await owner.withContact(rosa.name);
  await say(1, 70);
  const desk = await harness.as(ana, { viewport: { width: 1280, height: 800 } });
  await desk.box("inbox.box.all");
  await desk.open(rosa.name);
  const fromEnd = () => desk.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  const unread = async () => (await owner.get<Conversation>(`/conversations/${id}`)).unread;
  await desk.toEnd("mensaje 69");
  await expect.poll(unread).toBe(false);
  const away = async (happens: () => Promise<void>) => {
    await desk.context.setOffline(true);
    await harness.stack.cutSockets(-1, false);
    await happens();
    await desk.context.setOffline(false);
  };

  // More than a page of messages at its end, while the operator looks.
  await away(() => say(70, 140));
  await desk.message("mensaje 139").waitFor();
  await expect.poll(fromEnd).toBeLessThan(2);
  await expect.poll(unread).toBe(false);

  // The operator reads further up.
  await desk.log.hover();
  await desk.page.mouse.wheel(0, -1_500);
  await expect.poll(fromEnd).toBeGreaterThan(500);
  const seen = await desk.log.locator("article").evaluateAll((all) => {
    const top = all.find((one) => one.getBoundingClientRect().top > 150);
    return { text: top?.querySelector("p")?.textContent, at: top?.getBoundingClientRect().top ?? 0 };
  });
  await away(() => say(140, 150));
  // The last, or the one whose webhook a busy stack refused and the phone delivered again.
  const newest = (await owner.get<Conversation>(`/conversations/${id}`)).preview?.text;
  expect(newest).toMatch(/^mensaje 14\d$/);
  await expect.poll(async () => (await rowsShown(desk)).find((row) => row.id === id)?.preview).toBe(newest);
  await expect.poll(() => desk.page.getByRole("status").allTextContents()).toContain(t("connection.online"));
  await new Promise((done) => setTimeout(done, 1_500));
  expect(await fromEnd()).toBeGreaterThan(500);
  const box = await desk
    .message(seen.text ?? "")
    .first()
    .boundingBox();
  expect(Math.abs((box?.y ?? 0) - seen.at)).toBeLessThan(40);
  expect(await unread()).toBe(true);
  await desk.button("conversation.newCount_other", { number: 10 }).click();
  await desk.toEnd("mensaje 149");
  await expect.poll(unread).toBe(false);
}, 120_000);

const pause = (): Promise<void> => new Promise((done) => setTimeout(done, 20));

/** A 409 conflict is expected when two operators act at the same time. */
function ignoreConflict(error: unknown): number {
  if (error instanceof ApiError && error.status === 409) return 0;
  throw error;
}

/** Waits until nothing is queued or undelivered and the API's responses stop changing. */
async function quiet(api: Api, id: string): Promise<void> {
  let before = "";
  await expect
    .poll(
      async () => {
        const last = before;
        const sent = await api.messages(id);
        before = JSON.stringify([await api.conversations(), sent, await api.events(id)]);
        const { undelivered, messages } = await harness.stack.phone.state();
        return (
          undelivered === 0 &&
          !sent.some(({ status }) => status === "queued") &&
          !messages.some(({ status }) => status === "accepted" || status === "sent") &&
          before === last
        );
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toBe(true);
}

/** Mulberry32, a seeded random number generator. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

finalChecks(harness);
