/** Builds the rows of the chat: messages, outgoing entries and day separators. Pure functions. */
import type { VisitorMessage } from "@recado/lib/protocol/visitor";
import type { Outgoing } from "./outbox.ts";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; message: VisitorMessage; starts: boolean }
  | { kind: "outgoing"; key: string; entry: Outgoing; starts: boolean };

/** Messages of one author within this time, in ms, are grouped. */
const GROUP_WINDOW = 5 * 60_000;
const VISITOR = "in";

export function rowsOf(
  messages: readonly VisitorMessage[],
  outgoing: readonly Outgoing[],
  dayOf: (iso: string) => string,
) {
  const rows: Row[] = [];
  let day = "";
  let speaker = "";
  let spokeAt = 0;
  const begin = (who: string, at: string): boolean => {
    const today = dayOf(at);
    if (today !== day) {
      rows.push({ kind: "day", key: `day ${today}`, at });
      day = today;
      speaker = "";
    }
    const time = Date.parse(at);
    const starts = who !== speaker || time - spokeAt > GROUP_WINDOW;
    speaker = who;
    spokeAt = time;
    return starts;
  };
  for (const message of messages) {
    const { direction, author, sentAt } = message;
    const starts = begin(direction === "in" ? VISITOR : `${author.kind} ${author.name}`, sentAt);
    rows.push({ kind: "message", key: message.id, message, starts });
  }
  // The visitor's clock may be slow; outgoing entries always come after received messages.
  const latest = messages.at(-1)?.sentAt;
  for (const entry of outgoing) {
    const at = latest !== undefined && Date.parse(latest) > Date.parse(entry.createdAt) ? latest : entry.createdAt;
    rows.push({ kind: "outgoing", key: entry.clientId, entry, starts: begin(VISITOR, at) });
  }
  return rows;
}

/** Ids of the messages whose choice was already made. */
export function answeredIds(messages: readonly VisitorMessage[], outgoing: readonly Outgoing[]): ReadonlySet<string> {
  const answers = [...messages.filter(({ direction }) => direction === "in"), ...outgoing];
  return new Set(answers.flatMap(({ type, replyTo }) => (type === "interactive" && replyTo ? [replyTo] : [])));
}

export interface Person {
  name: string;
  picture: string | null;
}

/** The operators who answered, latest first; without bots. */
export function recentOperators(messages: readonly VisitorMessage[], most = 3): Person[] {
  const people = new Map<string, Person>();
  for (const { direction, author } of messages.toReversed()) {
    if (direction === "out" && author.kind === "operator" && author.name && !people.has(author.name)) {
      people.set(author.name, author);
    }
    if (people.size === most) break;
  }
  return [...people.values()];
}
