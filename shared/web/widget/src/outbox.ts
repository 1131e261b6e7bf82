/**
 * Messages that the visitor sent and the server has not returned yet.
 *
 * - An entry keeps its clientId through all retries, so the server can drop duplicates.
 * - Entries are sent one at a time, in order.
 * - They are stored in the browser and shared by all tabs of the site; a lock lets one tab send at a time.
 */
import { signal } from "@preact/signals";
import { type FileKind, parse } from "@recado/lib/protocol/visitor";
import * as v from "valibot";
import { type ApiError, toApiError } from "./api.ts";
import { type Lock, type RetryTimer, randomId, waitBeforeRetry } from "./retry.ts";
import type { KeyValueStore } from "./storage.ts";

const outgoing = v.object({
  clientId: v.string(),
  type: v.picklist(["text", "interactive", "image", "audio", "video", "document", "sticker"]),
  text: v.string(),
  replyTo: v.nullable(v.string()),
  optionId: v.optional(v.string()),
  file: v.optional(v.object({ name: v.string(), size: v.number(), uploadId: v.optional(v.string()) })),
  /** `waiting`: will be retried. `sent`: accepted by the server. `failed`: needs a manual retry. */
  state: v.picklist(["sending", "waiting", "sent", "failed"]),
  error: v.optional(v.string()),
  /** Time of the next attempt if the server sent Retry-After, in Unix ms. */
  retryAt: v.optional(v.number()),
  createdAt: v.string(),
  /** Id of the tab that has the file's bytes. */
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

/** Sent entries are deleted after this time, in ms. */
const EXPIRY = 24 * 3600_000;

export class Outbox {
  readonly entries = signal<readonly Outgoing[]>([]);
  /** Upload progress by clientId, from 0 to 1. */
  readonly progress = signal<ReadonlyMap<string, number>>(new Map());
  private files = new Map<string, File>();
  private previews = new Map<string, string>();
  private running = false;
  private latest = 0;

  constructor(
    private readonly prefix: string,
    private readonly tab: string,
    private readonly transport: Transport,
    private readonly store: KeyValueStore,
    private readonly lock: Lock,
    private readonly timer: RetryTimer,
    private readonly onSent: () => void,
  ) {
    for (const key of store.keys(prefix)) this.onStorage(key, store.get(key), true);
  }

  add(draft: Draft): void {
    const clientId = randomId();
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
    this.store.set(this.prefix + clientId, null);
    this.drop(clientId);
  }

  /** Object URL of an image that this page sent, also valid after the server has returned the message. */
  preview(clientId: string | undefined): string | undefined {
    return clientId && this.previews.get(clientId);
  }

  /** Deletes the entries that the server has returned. */
  confirm(clientIds: ReadonlySet<string | undefined>): void {
    for (const { clientId } of this.entries.peek()) if (clientIds.has(clientId)) this.discard(clientId);
  }

  /** Uploads belong to a session; after a change of visitor the files are uploaded again. */
  clearUploads(): void {
    for (const entry of this.entries.peek()) {
      if (entry.file?.uploadId) this.change(entry.clientId, withoutUpload(entry));
    }
  }

  /** Reads an entry that another tab stored, or that was there when this tab loaded (`starting`). */
  onStorage(key: string | null, value: string | null, starting = false): void {
    if (!key?.startsWith(this.prefix)) return;
    const entry = value === null ? undefined : readEntry(value);
    if (!entry) {
      this.drop(key.slice(this.prefix.length));
      return;
    }
    const old = Date.now() - Date.parse(entry.createdAt) > EXPIRY;
    if (old && entry.state === "sent") {
      this.discard(entry.clientId);
      return;
    }
    if (!this.sendable(entry) && entry.state !== "sent") {
      // The bytes are in another tab, or this tab lost them on a reload.
      if (!starting || (entry.tab !== this.tab && !old)) return;
      entry.state = "failed";
      entry.error = "fileLost";
    }
    this.show(entry);
    // The tab that stored the entry sends it. This one takes over if that tab is gone.
    if (starting || entry.state === "waiting") void this.run();
  }

  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let tries = 0;
    for (;;) {
      // Continue in a microtask: the constructor must finish first.
      await Promise.resolve();
      const entry = this.entries
        .peek()
        .find((one) => one.state !== "failed" && one.state !== "sent" && this.sendable(one));
      if (!entry) break;
      try {
        await this.deliver(entry.clientId);
        tries = 0;
      } catch (error) {
        const failure = toApiError(error);
        if (!failure.retryable)
          this.change(entry.clientId, { state: "failed", error: failure.code, ...withoutUpload(entry) });
        else await this.waitForRetry(entry.clientId, failure, tries++);
      }
    }
    this.running = false;
  }

  private async waitForRetry(clientId: string, { code, retryAfter }: ApiError, tries: number): Promise<void> {
    const retryAt = retryAfter && Date.now() + retryAfter;
    this.change(clientId, { state: "waiting", error: code, retryAt });
    await waitBeforeRetry(this.timer, tries, retryAfter);
  }

  private async deliver(clientId: string): Promise<void> {
    const file = this.find(clientId)?.file;
    const content = this.files.get(clientId);
    if (file && content && !file.uploadId) {
      this.change(clientId, { state: "sending" });
      const uploadId = await this.transport.upload(content, (part) => this.setProgress(clientId, part));
      this.change(clientId, { file: { ...file, uploadId } });
    }
    await this.lock(`${this.prefix}send`, async () => {
      const stored = this.store.get(this.prefix + clientId);
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

  private setProgress(clientId: string, part: number): void {
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
    this.store.set(this.prefix + entry.clientId, JSON.stringify(entry));
    this.show(entry);
  }

  private show(entry: Outgoing): void {
    const known = this.entries.peek();
    const next = known.some(({ clientId }) => clientId === entry.clientId)
      ? known.map((old) => (old.clientId === entry.clientId ? entry : old))
      : [...known, entry].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
    this.entries.value = next;
  }

  /** Strictly increasing, so that the order of the entries survives a reload. */
  private nextTime(): string {
    this.latest = Math.max(Date.now(), this.latest + 1);
    return new Date(this.latest).toISOString();
  }

  private drop(clientId: string): void {
    this.files.delete(clientId);
    this.entries.value = this.entries.peek().filter((entry) => entry.clientId !== clientId);
  }
}

/** The upload may be the reason for a rejection, so a retry uploads the file again. */
const withoutUpload = ({ file }: Outgoing): Partial<Outgoing> =>
  file ? { file: { ...file, uploadId: undefined } } : {};

function readEntry(text: string): Outgoing | undefined {
  try {
    return parse(outgoing, text);
  } catch {
    return undefined;
  }
}
