/** Keeps the counts of the inbox by what frames tell. Pure. */
import type { Conversation, Counts } from "@recado/lib/protocol";

/** What decides where a conversation is counted. */
export interface Counted {
  status: Conversation["status"] | null;
  assigneeId: string | null;
  /** Whether this operator has not read it, where that is known. */
  unread?: boolean;
}

type Figure = (counts: Counts) => Counts["unassigned"];

/** The figures that a conversation is part of. */
function figures(of: Counted, me: string): Figure[] {
  const mine = of.assigneeId === me;
  const unread: Figure[] = mine && of.unread ? [(counts) => counts.mine.unread] : [];
  switch (of.status) {
    case "open":
      if (mine) return [(counts) => counts.mine.open, (counts) => counts.all.open, ...unread];
      if (of.assigneeId === null) return [(counts) => counts.unassigned, (counts) => counts.all.open];
      return [(counts) => counts.all.open];
    case "pending":
      if (mine) return [(counts) => counts.mine.pending, (counts) => counts.all.pending, ...unread];
      return [(counts) => counts.all.pending];
    case "snoozed":
      return [(counts) => counts.all.snoozed];
    case "resolved":
      return [(counts) => counts.all.resolved];
    default:
      return [];
  }
}

/** The counts after a conversation changed. A figure that is only a lower bound stays one. */
export function recounted(counts: Counts, me: string, before: Counted, after: Counted): Counts {
  const next = structuredClone(counts);
  for (const figure of figures(before, me)) figure(next).value = Math.max(figure(next).value - 1, 0);
  for (const figure of figures(after, me)) figure(next).value += 1;
  return next;
}
