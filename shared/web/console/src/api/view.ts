/** The inbox view: its search parameters, its query, and which conversations belong to it. */
import type { Conversation } from "@recado/lib/protocol";

export const boxes = ["mine", "unassigned", "all"] as const;
export const states = ["open", "pending", "resolved", "all"] as const;
export const sorts = ["newest", "oldest", "waiting", "due"] as const;

export interface InboxView {
  box: (typeof boxes)[number];
  status: (typeof states)[number];
  sort: (typeof sorts)[number];
  /** An operator's id, or `none`. Only in the box `all`. */
  operator?: string;
  channel?: string;
  q?: string;
}

export const defaultView: InboxView = { box: "mine", status: "open", sort: "newest" };

const oneOf = <T extends string>(known: readonly T[], value: unknown, otherwise: T): T =>
  known.find((candidate) => candidate === value) ?? otherwise;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

/** Parses search parameters, which may be typed by hand. */
export function parseView(search: Record<string, unknown>): InboxView {
  const box = oneOf(boxes, search.box, defaultView.box);
  const view: InboxView = {
    box,
    status: oneOf(states, search.status, defaultView.status),
    sort: oneOf(sorts, search.sort, defaultView.sort),
  };
  const operator = text(search.operator);
  const channel = text(search.channel);
  const q = text(search.q);
  if (operator && box === "all") view.operator = operator;
  if (channel) view.channel = channel;
  if (q) view.q = q;
  return view;
}

/** A search is for all conversations, whatever tabs are chosen; an operator or a channel that was chosen as a filter limits it. */
export function viewQuery(view: InboxView): Record<string, string | undefined> {
  if (view.q) return { status: "all", assignee: view.operator, channelId: view.channel, q: view.q, sort: view.sort };
  const assignee = { mine: "me", unassigned: "none", all: view.operator }[view.box];
  return { status: view.status, assignee, channelId: view.channel, q: view.q, sort: view.sort };
}

/** Whether a conversation belongs to the view. With a search term only the server knows. */
export function belongs(view: InboxView, conversation: Conversation, me: string): boolean | "unknown" {
  if (!inTabs(view, conversation, me)) return false;
  if (view.operator === "none" && conversation.assigneeId !== null) return false;
  if (view.operator && view.operator !== "none" && conversation.assigneeId !== view.operator) return false;
  if (view.channel && conversation.channel.id !== view.channel) return false;
  return view.q ? "unknown" : true;
}

function inTabs(view: InboxView, conversation: Conversation, me: string): boolean {
  if (view.q) return true;
  if (view.status !== "all" && conversation.status !== view.status) return false;
  if (view.box === "mine" && conversation.assigneeId !== me) return false;
  return view.box !== "unassigned" || conversation.assigneeId === null;
}

/** The order of the list. It is total: equal times are ordered by id, so that rows do not swap. */
export function compareIn(sort: InboxView["sort"]): (a: Conversation, b: Conversation) => number {
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const newest = (a: Conversation, b: Conversation) => byText(b.lastActivityAt, a.lastActivityAt) || byText(b.id, a.id);
  if (sort === "newest") return newest;
  if (sort === "oldest") return (a, b) => newest(b, a);
  const time = sort === "waiting" ? "waitingSince" : "dueAt";
  return (a, b) => {
    const [atA, atB] = [a[time], b[time]];
    // Conversations without the time come last.
    if (atA === null || atB === null) return atA === atB ? newest(a, b) : atA === null ? 1 : -1;
    return byText(atA, atB) || byText(a.id, b.id);
  };
}
