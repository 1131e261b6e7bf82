/** The rows of an open conversation: messages, events, outgoing messages and day separators. Pure. */

import type { Message, TimelineEvent } from "@recado/lib/protocol";
import type { Outgoing } from "../live/outgoing.ts";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "event"; key: string; event: TimelineEvent }
  | { kind: "message"; key: string; message: Message; starts: boolean; quoted: Message | undefined }
  | { kind: "outgoing"; key: string; outgoing: Outgoing; starts: boolean; quoted: Message | undefined };

/** Messages by the same author within this time are grouped. */
const TURN = 5 * 60_000;

interface Input {
  messages: readonly Message[];
  events: readonly TimelineEvent[];
  outgoing: readonly Outgoing[];
  /** Whether older messages are not loaded yet. Events before the loaded messages are then left out. */
  older: boolean;
  dayOf: (iso: string) => string;
}

export function rowsOf({ messages, events, outgoing, older, dayOf }: Input): Row[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const quotedBy = (id: string | null) => (id === null ? undefined : byId.get(id));
  const oldest = messages[0]?.sentAt;
  const waiting = events.filter((event) => !older || oldest === undefined || event.at >= oldest);
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
  const eventsUntil = (at: string | null) => {
    for (let event = waiting[next]; event && (at === null || event.at < at); event = waiting[++next]) {
      begin(event.at);
      speaker = "";
      rows.push({ kind: "event", key: event.id, event });
    }
  };

  for (const message of messages) {
    eventsUntil(message.sentAt);
    begin(message.sentAt);
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
  eventsUntil(null);
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
