/** The rows of the inbox list as it shows them, for whoever goes on from one conversation to the next. */
import type { Conversation } from "@recado/lib/protocol";

let rows: readonly Conversation[] = [];

export function setListed(shown: readonly Conversation[]): void {
  rows = shown;
}

/**
 * Where work goes on after a conversation: the next one below it, else the one in the list that has waited longest, else the first.
 * Undefined if the list has no other that is not resolved.
 */
export function nextAfter(id: string): Conversation | undefined {
  const todo = (one: Conversation) => one.id !== id && one.status !== "resolved";
  const at = rows.findIndex((one) => one.id === id);
  const below = at < 0 ? undefined : rows.slice(at + 1).find(todo);
  const others = rows.filter(todo);
  const waiting = others
    .filter(({ waitingSince }) => waitingSince !== null)
    .toSorted((a, b) => ((a.waitingSince ?? "") < (b.waitingSince ?? "") ? -1 : 1));
  return below ?? waiting[0] ?? others[0];
}
