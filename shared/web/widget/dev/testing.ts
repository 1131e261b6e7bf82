/** Helpers shared by the widget's tests. */
import type { VisitorMessage } from "@recado/lib/protocol/visitor";
import type { RetryTimer } from "../src/retry.ts";
import type { KeyValueStore } from "../src/storage.ts";

export const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString();

export const messageOf = (fields: Partial<VisitorMessage> = {}): VisitorMessage => ({
  id: "m1",
  conversationId: "cv_1",
  direction: "out",
  type: "text",
  text: "hola",
  attachments: [],
  author: { kind: "operator", name: "Lucía Pérez", picture: null },
  replyTo: null,
  status: "sent",
  interactive: null,
  location: null,
  cards: [],
  editedAt: null,
  revokedAt: null,
  sentAt: at(0),
  version: 1,
  ...fields,
});

export function memoryStore(kept = new Map<string, string>()): KeyValueStore & { kept: Map<string, string> } {
  return {
    kept,
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void (value === null ? kept.delete(key) : kept.set(key, value)),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** A timer whose waits end only on `nudge`; the requested durations are recorded. */
export function manualTimer(): RetryTimer & { waits: { ms: number; firm: boolean }[] } {
  const waits: { ms: number; firm: boolean }[] = [];
  const wakers = new Set<() => void>();
  return {
    waits,
    pause: (ms, firm = false) => {
      waits.push({ ms, firm });
      return new Promise((resolve) => wakers.add(resolve));
    },
    nudge() {
      for (const wake of wakers) wake();
      wakers.clear();
    },
  };
}
