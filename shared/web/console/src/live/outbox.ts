/**
 * Messages that the server has not confirmed. An entry keeps its clientId through all retries, so that a retry never
 * becomes a second message. Entries of one conversation are sent one after the other, in order.
 */

import type { Message } from "@recado/lib/protocol";
import { ApiError } from "../core/errors.ts";
import type { Outgoing, OutgoingBody } from "./outgoing.ts";

export interface Transport {
  upload(conversationId: string, file: File, onProgress: (part: number) => void): Promise<string>;
  post(conversationId: string, body: OutgoingBody): Promise<Message>;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 20_000;
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
  private running = new Set<string>();
  private wakers = new Set<() => void>();
  private listeners = new Set<() => void>();
  private closed = false;

  constructor(
    private readonly transport: Transport,
    private readonly onSent: (message: Message) => void,
    private readonly wait: (ms: number, wake: (run: () => void) => void) => Promise<void> = waitFor,
  ) {}

  of = (conversationId: string): readonly Outgoing[] => this.entries.get(conversationId) ?? none;

  get busy(): boolean {
    return [...this.entries.values()].some((entries) => entries.some((entry) => entry.state !== "failed"));
  }

  add(entry: Omit<Outgoing, "clientId" | "uploadId" | "progress" | "state" | "error" | "createdAt">): void {
    this.change(entry.conversationId, (entries) => [
      ...entries,
      {
        ...entry,
        clientId: crypto.randomUUID(),
        progress: 0,
        state: "sending",
        createdAt: new Date().toISOString(),
      },
    ]);
    void this.run(entry.conversationId);
  }

  retry(conversationId: string, clientId: string): void {
    this.update(conversationId, clientId, { state: "sending", error: undefined });
    void this.run(conversationId);
  }

  discard(conversationId: string, clientId: string): void {
    this.change(conversationId, (entries) => entries.filter((entry) => entry.clientId !== clientId));
  }

  /** Retries now: the network may be back. */
  nudge(): void {
    for (const wake of [...this.wakers]) wake();
  }

  /** Stops, and returns the unsent entries. */
  close(): Outgoing[] {
    this.closed = true;
    this.nudge();
    return [...this.entries.values()].flat();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async run(conversationId: string): Promise<void> {
    if (this.running.has(conversationId)) return;
    this.running.add(conversationId);
    let tries = 0;
    for (;;) {
      const entry = this.of(conversationId).find((candidate) => candidate.state !== "failed");
      if (!entry || this.closed) break;
      try {
        this.update(conversationId, entry.clientId, { state: "sending" });
        const message = await this.deliver(entry);
        this.onSent(message);
        this.discard(conversationId, entry.clientId);
        tries = 0;
      } catch (error) {
        if (!(error instanceof ApiError) || !error.passing) {
          this.update(conversationId, entry.clientId, { state: "failed", error: reasonOf(error) });
          continue;
        }
        this.update(conversationId, entry.clientId, { state: "waiting", error: error.code });
        await this.pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries));
        tries += 1;
      }
    }
    this.running.delete(conversationId);
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
    let waker: (() => void) | undefined;
    await this.wait(ms, (wake) => {
      waker = wake;
      this.wakers.add(wake);
    });
    if (waker) this.wakers.delete(waker);
  }

  private update(conversationId: string, clientId: string, changes: Partial<Outgoing>): void {
    this.change(conversationId, (entries) =>
      entries.map((entry) => (entry.clientId === clientId ? { ...entry, ...changes } : entry)),
    );
  }

  private change(conversationId: string, next: (entries: readonly Outgoing[]) => readonly Outgoing[]): void {
    const entries = next(this.of(conversationId));
    if (entries.length > 0) this.entries.set(conversationId, entries);
    else this.entries.delete(conversationId);
    for (const listener of this.listeners) listener();
  }
}

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
