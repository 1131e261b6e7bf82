/** The rows of an open conversation: messages, folded events, outgoing messages, day separators and the line of new messages. Pure. */

import type { Message, TimelineEvent } from "@recado/lib/protocol";
import type { Outgoing } from "../live/outgoing.ts";

export type Row =
  | { kind: "day"; key: string; at: string }
  /** Events with no message between them, oldest first. */
  | { kind: "events"; key: string; events: TimelineEvent[] }
  | { kind: "unread"; key: "unread" }
  | { kind: "message"; key: string; message: Message; starts: boolean; quoted: Message | undefined }
  | { kind: "outgoing"; key: string; outgoing: Outgoing; starts: boolean; quoted: Message | undefined };

/** Messages by the same author within this time are grouped. */
const TURN = 5 * 60_000;
/** How long after the provider's time a message still sorts by its arrival, as in the server's message ids. */
const ARRIVAL_GRAIN = 5_000;

/** The time that orders a message among the events, in ms. Providers tell whole seconds, and the server's events come after the arrival. */
const sortTime = ({ sentAt, receivedAt }: Message): number =>
  Math.min(Date.parse(receivedAt), Date.parse(sentAt) + ARRIVAL_GRAIN);

interface Input {
  messages: readonly Message[];
  events: readonly TimelineEvent[];
  outgoing: readonly Outgoing[];
  /** Whether older messages are not loaded yet. Events before the loaded messages are then left out. */
  older: boolean;
  /** The message above which the line of new messages stands. */
  unreadFrom?: string | null;
  dayOf: (iso: string) => string;
}

export function rowsOf({ messages, events, outgoing, older, unreadFrom = null, dayOf }: Input): Row[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const quotedBy = (id: string | null) => (id === null ? undefined : byId.get(id));
  const oldest = messages[0] ? sortTime(messages[0]) : 0;
  const waiting = events.filter(({ at }) => !older || Date.parse(at) >= oldest);
  const rows: Row[] = [];
  let day = "";
  let speaker = "";
  let spokeAt = 0;
  let next = 0;

  const begin = (at: string) => {
    const today = dayOf(at);
    if (today === day) return;
    day = today;
    speaker = "";
    rows.push({ kind: "day", key: `day ${today}`, at });
  };
  const startsGroup = (who: string, at: string): boolean => {
    const time = Date.parse(at);
    const starts = who !== speaker || time - spokeAt > TURN;
    speaker = who;
    spokeAt = time;
    return starts;
  };
  const eventsUntil = (time: number) => {
    for (let event = waiting[next]; event && Date.parse(event.at) < time; event = waiting[++next]) {
      begin(event.at);
      speaker = "";
      const last = rows.at(-1);
      if (last?.kind === "events") last.events.push(event);
      else rows.push({ kind: "events", key: event.id, events: [event] });
    }
  };

  for (const message of messages) {
    eventsUntil(sortTime(message));
    begin(message.sentAt);
    if (message.id === unreadFrom) {
      speaker = "";
      rows.push({ kind: "unread", key: "unread" });
    }
    const starts = startsGroup(`${message.direction} ${message.author.id}`, message.sentAt);
    // A sent message keeps the key of its outgoing row, so that React keeps the element.
    rows.push({
      kind: "message",
      key: message.clientId ?? message.id,
      message,
      starts,
      quoted: quotedBy(message.replyTo),
    });
  }
  eventsUntil(Number.POSITIVE_INFINITY);
  for (const entry of outgoing) {
    // What waits since an earlier day stands at the end all the same.
    if (dayOf(entry.createdAt) > day) begin(entry.createdAt);
    const starts = startsGroup("outgoing", entry.createdAt);
    rows.push({ kind: "outgoing", key: entry.clientId, outgoing: entry, starts, quoted: quotedBy(entry.replyTo) });
  }
  return rows;
}

/** Whether the rows reach as far as a message. A conversation may be known to have messages that are not loaded yet. */
export function includes(rows: readonly Row[], messageId: string | null): boolean {
  const last = rows.findLast((row) => row.kind === "message");
  return messageId === null || (last?.kind === "message" && last.message.id >= messageId);
}

/**
 * The first message that is new to a reader who has read up to a message; null if there is none. An empty mark says that nothing was read or
 * that the conversation was marked as unread: reading then begins after the last answer.
 */
export function firstUnread(messages: readonly Message[], readUpTo: string): string | null {
  const answered = readUpTo === "" ? messages.findLastIndex(({ direction }) => direction === "out") : -1;
  return messages.slice(answered + 1).find(({ direction, id }) => direction === "in" && id > readUpTo)?.id ?? null;
}

/** Whether the loaded messages reach back to where reading begins. */
export const reachesUnread = (messages: readonly Message[], readUpTo: string): boolean =>
  messages.some(({ direction, id }) => (readUpTo === "" ? direction === "out" : id <= readUpTo));

/** The last message above the line of new messages, or of all; empty if there is none. */
export function lastBeforeUnread(rows: readonly Row[]): string {
  const line = rows.findIndex(({ kind }) => kind === "unread");
  const last = rows.slice(0, line === -1 ? undefined : line).findLast((row) => row.kind === "message");
  return last?.kind === "message" ? last.message.id : "";
}

/** How many of the contact's messages came after a message. */
export const newSince = (rows: readonly Row[], messageId: string): number =>
  rows.filter((row) => row.kind === "message" && row.message.direction === "in" && row.message.id > messageId).length;
