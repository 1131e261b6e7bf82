/** The rows of the chat: messages, what is on its way, and the days. Pure. */
import type { VisitorMessage } from "@recado/lib/protocol/visitor";
import type { Outgoing } from "./outbox.ts";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; message: VisitorMessage; starts: boolean }
  | { kind: "outgoing"; key: string; entry: Outgoing; starts: boolean };

/** Messages by the same person within this time read as one turn. */
const TURN = 5 * 60_000;
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
    const starts = who !== speaker || time - spokeAt > TURN;
    speaker = who;
    spokeAt = time;
    return starts;
  };
  for (const message of messages) {
    const { direction, author, sentAt } = message;
    const starts = begin(direction === "in" ? VISITOR : `${author.kind} ${author.name}`, sentAt);
    rows.push({ kind: "message", key: message.id, message, starts });
  }
  // A visitor's clock may be behind: what is on its way never goes before what has arrived.
  const latest = messages.at(-1)?.sentAt;
  for (const entry of outgoing) {
    const at = latest !== undefined && Date.parse(latest) > Date.parse(entry.createdAt) ? latest : entry.createdAt;
    rows.push({ kind: "outgoing", key: entry.clientId, entry, starts: begin(VISITOR, at) });
  }
  return rows;
}

/** The messages whose buttons were used: a choice is made once. */
export function chosen(messages: readonly VisitorMessage[], outgoing: readonly Outgoing[]): ReadonlySet<string> {
  const answers = [...messages.filter(({ direction }) => direction === "in"), ...outgoing];
  return new Set(answers.flatMap(({ type, replyTo }) => (type === "interactive" && replyTo ? [replyTo] : [])));
}

export interface Person {
  name: string;
  picture: string | null;
}

/** Who answered lately, the last one first; people, not programs. */
export function peopleOf(messages: readonly VisitorMessage[], most = 3): Person[] {
  const people = new Map<string, Person>();
  for (const { direction, author } of messages.toReversed()) {
    if (direction === "out" && author.kind === "operator" && author.name && !people.has(author.name)) {
      people.set(author.name, author);
    }
    if (people.size === most) break;
  }
  return [...people.values()];
}
