import type { Count, Counts } from "@recado/lib/protocol";

/** What waits for an operator: their unread conversations, and those that anybody may take, if they may. */
export function waitingFor({ mine, unassigned }: Counts, mayTake: boolean): Count {
  if (!mayTake) return mine.unread;
  return { value: mine.unread.value + unassigned.value, more: mine.unread.more || unassigned.more };
}
