/**
 * Messages that the server has not confirmed. An entry keeps its clientId through all retries, so that a retry never
 * becomes a second message. Entries of one conversation are sent one after the other, in order, by one tab at a time.
 *
 * Entries are in the browser's storage until the server has them, so they outlive the page. Where the storage fails, they
 * live as long as the page.
 */

import type { Message } from "@recado/lib/protocol";
import { ApiError } from "../core/errors.ts";
import type { Outgoing, OutgoingBody } from "./outgoing.ts";
import type { News, Shared } from "./shared.ts";

export interface Transport {
  upload(conversationId: string, file: File, onProgress: (part: number) => void): Promise<string>;
  post(conversationId: string, body: OutgoingBody): Promise<Message>;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 20_000;
/** An entry that was written longer ago, in milliseconds, is sent only on request. */
const ASK_AFTER = 24 * 60 * 60_000;
const none: readonly Outgoing[] = [];

/** Types whose request has no text. */
const wordless = new Set<Outgoing["type"]>(["sticker", "location", "contacts", "template"]);

/** Entries without a message: a socket frame may bring the message before the response of the request. */
export function unconfirmed(outgoing: readonly Outgoing[], messages: readonly Message[]): readonly Outgoing[] {
  const confirmed = new Set(messages.map((message) => message.clientId));
  const left = outgoing.filter((entry) => !confirmed.has(entry.clientId));
  return left.length === outgoing.length ? outgoing : left;
}

export class Outbox {
  private entries = new Map<string, readonly Outgoing[]>();
  /** Entries that the storage has. */
  private kept = new Set<string>();
  /** Entries that were sent or discarded. The storage may still have them. */
  private gone = new Set<string>();
  private running = new Set<string>();
  private wakers = new Set<() => void>();
  private listeners = new Set<() => void>();
  private closing = new AbortController();
  private newest = 0;
  private loaded: Promise<void>;

  constructor(
    private readonly transport: Transport,
    private readonly shared: Shared,
    private readonly onSent: (message: Message) => void,
    private readonly wait: (ms: number, wake: (run: () => void) => void) => Promise<void> = waitFor,
  ) {
    shared.listen((news) => this.heard(news));
    this.loaded = this.load();
  }

  of = (conversationId: string): readonly Outgoing[] => this.entries.get(conversationId) ?? none;

  /** Whether messages would be lost with the page. */
  get unkept(): boolean {
    return [...this.entries.values()].flat().some((entry) => isDue(entry) && !this.kept.has(entry.clientId));
  }

  add(entry: Omit<Outgoing, "clientId" | "uploadId" | "progress" | "state" | "error" | "createdAt">): void {
    const made: Outgoing = {
      ...entry,
      clientId: crypto.randomUUID(),
      progress: 0,
      state: "sending",
      createdAt: this.nextTime(),
    };
    this.put(made);
    void this.keep(made);
    void this.run(made.conversationId);
  }

  /** Sends a failed or old entry after those that are waiting. */
  retry(conversationId: string, clientId: string): void {
    this.update(conversationId, clientId, { state: "sending", error: undefined, createdAt: this.nextTime() });
    void this.run(conversationId);
  }

  discard(conversationId: string, clientId: string): void {
    void this.forget(conversationId, clientId);
  }

  /** Retries now: the network may be back. A hidden tab may be the one that waits. */
  nudge(): void {
    this.wake();
    this.tell({ type: "nudge" });
  }

  /** Removes and returns all entries. */
  async empty(): Promise<Outgoing[]> {
    await this.loaded;
    const entries = [...this.entries.values()].flat();
    await Promise.all(entries.map(({ conversationId, clientId }) => this.forget(conversationId, clientId)));
    return entries;
  }

  /** Stops sending. */
  close(): void {
    this.closing.abort();
    this.wake();
    this.shared.close();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async load(): Promise<void> {
    const before = new Set(this.kept);
    let stored: Outgoing[];
    try {
      stored = await this.shared.all();
    } catch {
      // There is no storage: what this page knows is all there is.
      return;
    }
    const ids = new Set(stored.map(({ clientId }) => clientId));
    for (const { conversationId, clientId } of [...this.entries.values()].flat()) {
      // Another tab sent or discarded it.
      if (before.has(clientId) && !ids.has(clientId)) this.drop(conversationId, clientId);
    }
    for (const entry of stored) {
      const { conversationId, clientId } = entry;
      this.kept.add(clientId);
      if (this.of(conversationId).some((known) => known.clientId === clientId)) continue;
      this.put({ ...entry, state: isDue(entry) ? "waiting" : entry.state });
    }
    for (const conversationId of this.entries.keys()) void this.run(conversationId);
  }

  private heard(news: News): void {
    if (news.type === "nudge") this.wake();
    else if (news.type === "kept") {
      this.kept.add(news.entry.clientId);
      this.put(news.entry);
      void this.run(news.entry.conversationId);
    } else {
      if (news.message) this.onSent(news.message);
      this.drop(news.conversationId, news.clientId);
    }
  }

  /** The tab that gets the turn sends. The others wait for theirs, in case that one is closed. */
  private async run(conversationId: string): Promise<void> {
    if (this.running.has(conversationId) || this.closing.signal.aborted || !this.of(conversationId).some(isDue)) return;
    this.running.add(conversationId);
    try {
      await this.shared.alone(conversationId, this.closing.signal, async () => {
        await this.load();
        await this.send(conversationId);
      });
    } catch {
      // Closed while waiting.
      return;
    }
    this.running.delete(conversationId);
    void this.run(conversationId);
  }

  private async send(conversationId: string): Promise<void> {
    let tries = 0;
    for (;;) {
      const entry = this.of(conversationId).find(isDue);
      if (!entry || this.closing.signal.aborted) return;
      const { clientId } = entry;
      if (Date.now() - Date.parse(entry.createdAt) > ASK_AFTER) {
        this.update(conversationId, clientId, { state: "old" });
        continue;
      }
      try {
        this.update(conversationId, clientId, { state: "sending" });
        const message = await this.deliver(entry);
        this.onSent(message);
        await this.forget(conversationId, clientId, message);
        tries = 0;
      } catch (error) {
        if (!(error instanceof ApiError) || !mayPass(error)) {
          this.update(conversationId, clientId, { state: "failed", error: reasonOf(error) });
          continue;
        }
        this.update(conversationId, clientId, { state: "waiting", error: error.code });
        await this.pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries));
        tries += 1;
      }
    }
  }

  private async deliver(entry: Outgoing): Promise<Message> {
    const { conversationId, clientId, file } = entry;
    let { uploadId } = entry;
    if (file && !uploadId) {
      uploadId = await this.transport.upload(conversationId, file, (progress) =>
        this.update(conversationId, clientId, { progress }),
      );
      this.update(conversationId, clientId, { uploadId, progress: 1 });
    }
    return this.transport.post(conversationId, {
      clientId,
      type: entry.type,
      text: wordless.has(entry.type) ? undefined : entry.text,
      attachments: uploadId ? [uploadId] : [],
      replyTo: entry.replyTo,
      location: entry.location,
      cards: entry.cards,
      interactive: entry.interactive,
      template: entry.template,
    });
  }

  private async pause(ms: number): Promise<void> {
    if (this.closing.signal.aborted) return;
    let waker: (() => void) | undefined;
    await this.wait(ms, (wake) => {
      waker = wake;
      this.wakers.add(wake);
    });
    if (waker) this.wakers.delete(waker);
  }

  private wake(): void {
    for (const wake of [...this.wakers]) wake();
  }

  /** Later than every known entry: the order of entries is that of their times. */
  private nextTime(): string {
    this.newest = Math.max(Date.now(), this.newest + 1);
    return new Date(this.newest).toISOString();
  }

  private update(conversationId: string, clientId: string, changes: Partial<Outgoing>): void {
    const known = this.of(conversationId).find((entry) => entry.clientId === clientId);
    if (!known) return;
    const next = { ...known, ...changes };
    this.put(next);
    // Whether it is being sent, and how far the upload is, only the tabs need to know.
    const lasting = changes.uploadId || changes.createdAt || !isDue(next);
    if (lasting) void this.keep(next);
    else if (this.kept.has(clientId)) this.tell({ type: "kept", entry: next });
  }

  private async keep(entry: Outgoing): Promise<void> {
    const { clientId } = entry;
    try {
      await this.shared.keep(entry);
      // Another tab may have removed it before.
      if (this.gone.has(clientId)) return await this.shared.remove(clientId);
    } catch {
      // No storage or no room: it lives as long as the page.
      return;
    }
    this.kept.add(clientId);
    this.tell({ type: "kept", entry });
  }

  private async forget(conversationId: string, clientId: string, message?: Message): Promise<void> {
    this.drop(conversationId, clientId);
    try {
      await this.shared.remove(clientId);
    } catch {
      // It is sent again after a reload, and the server knows its clientId.
    }
    this.tell({ type: "gone", conversationId, clientId, message });
  }

  private tell(news: News): void {
    if (!this.closing.signal.aborted) this.shared.tell(news);
  }

  private put(entry: Outgoing): void {
    if (this.gone.has(entry.clientId)) return;
    this.newest = Math.max(this.newest, Date.parse(entry.createdAt));
    const others = this.of(entry.conversationId).filter(({ clientId }) => clientId !== entry.clientId);
    this.change(
      entry.conversationId,
      [...others, entry].toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    );
  }

  private drop(conversationId: string, clientId: string): void {
    this.gone.add(clientId);
    this.change(
      conversationId,
      this.of(conversationId).filter((entry) => entry.clientId !== clientId),
    );
  }

  private change(conversationId: string, entries: readonly Outgoing[]): void {
    if (entries.length > 0) this.entries.set(conversationId, entries);
    else this.entries.delete(conversationId);
    for (const listener of this.listeners) listener();
  }
}

/** Whether an entry is sent without being asked. */
const isDue = ({ state }: Outgoing): boolean => state === "sending" || state === "waiting";

/** Whether a retry may succeed. An ended session stops the outbox; the operator's next one goes on with it. */
const mayPass = (error: ApiError): boolean => error.passing || error.code === "unauthenticated";

const reasonOf = (error: unknown): string => (error instanceof ApiError ? (error.reason ?? error.code) : "internal");

function waitFor(ms: number, wake: (run: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
