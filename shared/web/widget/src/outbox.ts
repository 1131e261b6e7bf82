/**
 * What the visitor wrote and the server has not shown back. An entry keeps its clientId through every try, so that a repeat
 * can never become a second message. Entries leave one after the other, in order; they are kept in this browser, where
 * every tab of the site sees them and one at a time sends them.
 */
import { signal } from "@preact/signals";
import { type FileKind, parse } from "@recado/lib/protocol/visitor";
import * as v from "valibot";
import { type Refusal, refusalOf } from "./api.ts";
import type { Keep } from "./storage.ts";
import { type Lock, pauseAfter, uuid, type Waiting } from "./waiting.ts";

const outgoing = v.object({
  clientId: v.string(),
  type: v.picklist(["text", "interactive", "image", "audio", "video", "document", "sticker"]),
  text: v.string(),
  replyTo: v.nullable(v.string()),
  optionId: v.optional(v.string()),
  file: v.optional(v.object({ name: v.string(), size: v.number(), uploadId: v.optional(v.string()) })),
  /** `waiting`: another try follows by itself. `sent`: the server has it. `failed`: it will not go unless asked. */
  state: v.picklist(["sending", "waiting", "sent", "failed"]),
  error: v.optional(v.string()),
  /** When the server lets it go out, if it asked to wait. */
  retryAt: v.optional(v.number()),
  createdAt: v.string(),
  /** The tab that holds the file. */
  tab: v.string(),
});
export type Outgoing = v.InferOutput<typeof outgoing>;
export type Draft = Pick<Outgoing, "text" | "replyTo" | "optionId"> &
  ({ type: "text" | "interactive" } | { type: FileKind; content: File });

export interface OutgoingBody {
  clientId: string;
  type: Outgoing["type"];
  text: string;
  attachments: string[];
  replyTo?: string;
  optionId?: string;
}

export interface Transport {
  upload(file: File, onProgress: (part: number) => void): Promise<string>;
  post(body: OutgoingBody): Promise<void>;
}

/** What was not shown back in a day never will be. */
const FORGOTTEN = 24 * 3600_000;

export class Outbox {
  readonly entries = signal<readonly Outgoing[]>([]);
  /** How much of each file has left, from 0 to 1. */
  readonly progress = signal<ReadonlyMap<string, number>>(new Map());
  private files = new Map<string, File>();
  private previews = new Map<string, string>();
  private running = false;
  private latest = 0;

  constructor(
    private readonly prefix: string,
    private readonly tab: string,
    private readonly transport: Transport,
    private readonly keep: Keep,
    private readonly lock: Lock,
    private readonly clock: Waiting,
    private readonly onSent: () => void,
  ) {
    for (const key of keep.keys(prefix)) this.heard(key, keep.get(key), true);
  }

  add(draft: Draft): void {
    const clientId = uuid();
    const { content, ...words } = "content" in draft ? draft : { ...draft, content: undefined };
    if (content) {
      this.files.set(clientId, content);
      if (content.type.startsWith("image/")) this.previews.set(clientId, URL.createObjectURL(content));
    }
    this.put({
      ...words,
      clientId,
      file: content && { name: content.name, size: content.size },
      state: "sending",
      createdAt: this.nextTime(),
      tab: this.tab,
    });
    void this.run();
  }

  retry(clientId: string): void {
    this.change(clientId, { state: "sending", error: undefined });
    void this.run();
  }

  discard(clientId: string): void {
    this.keep.set(this.prefix + clientId, null);
    this.drop(clientId);
  }

  /** A picture that this page sent is shown from here, before and after it has gone round. */
  preview(clientId: string | undefined): string | undefined {
    return clientId && this.previews.get(clientId);
  }

  /** The server has shown these. */
  confirm(clientIds: ReadonlySet<string | undefined>): void {
    for (const { clientId } of this.entries.peek()) if (clientIds.has(clientId)) this.discard(clientId);
  }

  /** Somebody else's session took over: what was uploaded in the old one is not in the new one. */
  uploadAgain(): void {
    for (const { clientId, file } of this.entries.peek()) {
      if (file?.uploadId) this.change(clientId, { file: { ...file, uploadId: undefined } });
    }
  }

  /** What another tab wrote into the storage, or what this one finds there at its start. */
  heard(key: string | null, value: string | null, starting = false): void {
    if (!key?.startsWith(this.prefix)) return;
    const entry = value === null ? undefined : readEntry(value);
    if (!entry) {
      this.drop(key.slice(this.prefix.length));
      return;
    }
    const old = Date.now() - Date.parse(entry.createdAt) > FORGOTTEN;
    if (old && entry.state === "sent") {
      this.discard(entry.clientId);
      return;
    }
    if (!this.sendable(entry) && entry.state !== "sent") {
      // Its bytes are in another tab, which shows it; or they were in this one before it was loaded anew.
      if (!starting || (entry.tab !== this.tab && !old)) return;
      entry.state = "failed";
      entry.error = "fileLost";
    }
    this.show(entry);
    // The tab that wrote it is at it: this one takes over when that one is gone.
    if (starting || entry.state === "waiting") void this.run();
  }

  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let tries = 0;
    for (;;) {
      // Not in the same turn as what called: the constructor has to end first.
      await Promise.resolve();
      const entry = this.entries
        .peek()
        .find((one) => one.state !== "failed" && one.state !== "sent" && this.sendable(one));
      if (!entry) break;
      try {
        await this.deliver(entry.clientId);
        tries = 0;
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal.passing)
          this.change(entry.clientId, { state: "failed", error: refusal.code, ...withoutUpload(entry) });
        else await this.waitOut(entry.clientId, refusal, tries++);
      }
    }
    this.running = false;
  }

  private async waitOut(clientId: string, { code, retryAfter }: Refusal, tries: number): Promise<void> {
    const retryAt = retryAfter && Date.now() + retryAfter;
    this.change(clientId, { state: "waiting", error: code, retryAt });
    await pauseAfter(this.clock, tries, retryAfter);
  }

  private async deliver(clientId: string): Promise<void> {
    const file = this.find(clientId)?.file;
    const content = this.files.get(clientId);
    if (file && content && !file.uploadId) {
      this.change(clientId, { state: "sending" });
      const uploadId = await this.transport.upload(content, (part) => this.advance(clientId, part));
      this.change(clientId, { file: { ...file, uploadId } });
    }
    await this.lock(`${this.prefix}send`, async () => {
      const stored = this.keep.get(this.prefix + clientId);
      const entry = stored === null ? undefined : readEntry(stored);
      if (!entry) return this.drop(clientId);
      if (entry.state === "sent" || entry.state === "failed") return this.show(entry);
      this.change(clientId, { state: "sending", error: undefined, retryAt: undefined });
      await this.transport.post({
        clientId,
        type: entry.type,
        text: entry.text,
        attachments: entry.file?.uploadId ? [entry.file.uploadId] : [],
        ...(entry.replyTo && { replyTo: entry.replyTo }),
        ...(entry.optionId && { optionId: entry.optionId }),
      });
      this.change(clientId, { state: "sent" });
      this.onSent();
    });
  }

  private sendable({ clientId, file }: Outgoing): boolean {
    return !file || file.uploadId !== undefined || this.files.has(clientId);
  }

  private advance(clientId: string, part: number): void {
    this.progress.value = new Map(this.progress.peek()).set(clientId, part);
  }

  private find(clientId: string): Outgoing | undefined {
    return this.entries.peek().find((entry) => entry.clientId === clientId);
  }

  private change(clientId: string, changes: Partial<Outgoing>): void {
    const entry = this.find(clientId);
    if (entry) this.put({ ...entry, ...changes });
  }

  private put(entry: Outgoing): void {
    this.keep.set(this.prefix + entry.clientId, JSON.stringify(entry));
    this.show(entry);
  }

  private show(entry: Outgoing): void {
    const known = this.entries.peek();
    const next = known.some(({ clientId }) => clientId === entry.clientId)
      ? known.map((old) => (old.clientId === entry.clientId ? entry : old))
      : [...known, entry].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
    this.entries.value = next;
  }

  /** No two entries have the same time, so that their order outlives the page. */
  private nextTime(): string {
    this.latest = Math.max(Date.now(), this.latest + 1);
    return new Date(this.latest).toISOString();
  }

  private drop(clientId: string): void {
    this.files.delete(clientId);
    this.entries.value = this.entries.peek().filter((entry) => entry.clientId !== clientId);
  }
}

/** An upload that was refused with its message may be what was refused: a retry brings the bytes anew. */
const withoutUpload = ({ file }: Outgoing): Partial<Outgoing> =>
  file ? { file: { ...file, uploadId: undefined } } : {};

function readEntry(text: string): Outgoing | undefined {
  try {
    return parse(outgoing, text);
  } catch {
    return undefined;
  }
}
