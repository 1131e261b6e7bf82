/** What the tests of the widget share. */
import type { VisitorMessage } from "@recado/lib/protocol/visitor";
import type { Keep } from "../src/storage.ts";
import type { Waiting } from "../src/waiting.ts";

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

export function keepInMemory(kept = new Map<string, string>()): Keep & { kept: Map<string, string> } {
  return {
    kept,
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void (value === null ? kept.delete(key) : kept.set(key, value)),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** Waits end when they are told to; how long they would have lasted is written down. */
export function waitingByHand(): Waiting & { waits: { ms: number; firm: boolean }[] } {
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
