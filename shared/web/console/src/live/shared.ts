/** What the tabs of one operator share of the outbox: stored entries, news about them, and the right to send. */
import type { Message } from "@recado/lib/protocol";
import { createStore, del, entries, set, type UseStore } from "idb-keyval";
import type { Outgoing } from "./outgoing.ts";

export type News =
  | { type: "kept"; entry: Outgoing }
  /** `message`: what the server made of it, if it was sent. */
  | { type: "gone"; conversationId: string; clientId: string; message?: Message }
  | { type: "nudge" };

/** The methods that store reject when the browser's storage is blocked or full. */
export interface Shared {
  all(): Promise<Outgoing[]>;
  keep(entry: Outgoing): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** Tells the other tabs. */
  tell(news: News): void;
  listen(run: (news: News) => void): void;
  /** Runs while no other tab sends in this conversation. Rejects when `signal` ends the wait. */
  alone(conversationId: string, signal: AbortSignal, run: () => Promise<void>): Promise<void>;
  close(): void;
}

/** What operators who do not come back left is deleted after this time, in milliseconds. */
export const FORGOTTEN_AFTER = 30 * 24 * 60 * 60_000;

/** A store of the browser's database. Opened on first use, because opening throws where storage is blocked. */
export function lazyStore(name: string): () => UseStore {
  let opened: UseStore | undefined;
  return () => {
    opened ??= createStore(name, "entries");
    return opened;
  };
}

const store = lazyStore("recado.outbox");

export function sharedBy(operatorId: string): Shared {
  const channel = new BroadcastChannel(`recado.outbox.${operatorId}`);
  const key = (clientId: string) => `${operatorId} ${clientId}`;
  return {
    async all() {
      const stored = await entries<string, Outgoing>(store());
      const old = stored.filter(([, { createdAt }]) => Date.now() - Date.parse(createdAt) > FORGOTTEN_AFTER);
      await Promise.all(old.map(([name]) => del(name, store())));
      return stored.filter((one) => one[0].startsWith(key("")) && !old.includes(one)).map(([, entry]) => entry);
    },
    keep: async (entry) => set(key(entry.clientId), entry, store()),
    remove: async (clientId) => del(key(clientId), store()),
    tell: (news) => channel.postMessage(news),
    listen: (run) => channel.addEventListener("message", ({ data }) => run(data as News)),
    async alone(conversationId, signal, run) {
      // Only secure origins have locks. Without them each tab sends what was written in it.
      if (!navigator.locks) return run();
      await navigator.locks.request(`recado.outbox.${operatorId}.${conversationId}`, { signal }, run);
    },
    close: () => channel.close(),
  };
}
