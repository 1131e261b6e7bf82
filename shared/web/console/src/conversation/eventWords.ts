/** Texts of timeline events, their reasons, and the operators that were considered. */
import type { Key } from "../core/texts.ts";

/** Events by a person and by a rule have different texts. */
export const sentences: Record<string, { byPerson: Key; byRule: Key }> = {
  opened: { byPerson: "event.opened", byRule: "event.opened" },
  reopened: { byPerson: "event.reopenedBy", byRule: "event.reopened" },
  assigned: { byPerson: "event.assignedBy", byRule: "event.assigned" },
  unassigned: { byPerson: "event.unassignedBy", byRule: "event.unassigned" },
  waiting: { byPerson: "event.waiting", byRule: "event.waiting" },
  resolved: { byPerson: "event.resolvedBy", byRule: "event.closed" },
  pending: { byPerson: "event.pendingBy", byRule: "event.pending" },
  taken_up: { byPerson: "event.takenUp", byRule: "event.takenUp" },
  moved: { byPerson: "event.moved", byRule: "event.moved" },
  merged: { byPerson: "event.merged", byRule: "event.merged" },
  split: { byPerson: "event.split", byRule: "event.split" },
  reassigned: { byPerson: "event.reassigned", byRule: "event.reassigned" },
  past_kept: { byPerson: "event.pastKept", byRule: "event.pastKept" },
  opted_out: { byPerson: "event.optedOut", byRule: "event.optedOut" },
  opted_in: { byPerson: "event.optedIn", byRule: "event.optedIn" },
  message_failed: { byPerson: "event.messageFailed", byRule: "event.messageFailed" },
};

/** `by_hand` has no text: the event's text already names the person. */
export const reasons: Record<string, Key> = {
  fixed_manager: "reason.fixedManager",
  fewest_open: "reason.fewestOpen",
  longest_without: "reason.longestWithout",
  former_operator: "reason.formerOperator",
  nobody_eligible: "reason.nobodyEligible",
  idle: "reason.idle",
  one_month: "reason.oneMonth",
  contact_wrote: "reason.contactWrote",
  no_longer_serves: "reason.noLongerServes",
};

export const outcomes: Record<string, Key> = {
  chosen: "outcome.chosen",
  at_capacity: "outcome.atCapacity",
  away: "outcome.away",
  inactive: "outcome.inactive",
  cannot_reply: "outcome.cannotReply",
  not_granted: "outcome.notGranted",
  passed: "outcome.passed",
  busier: "outcome.busier",
  served_later: "outcome.servedLater",
};
