/** Applies a conversation from a frame or a response to cached data. Pure. */
import type { Conversation, ConversationSummary } from "@recado/lib/protocol";
import { belongs, compareIn, type InboxView } from "../api/view.ts";
import { complete, itemsOf, type Page, type Pages, relay } from "./pages.ts";

/** How far this operator has read, and when that was recorded. The newest mark wins. */
export interface ReadMark {
  readUpTo: string;
  at: string;
}

export function newerMark(known: ReadMark | undefined, next: ReadMark): ReadMark {
  return known && known.at >= next.at ? known : next;
}

const unreadBy = (lastInboundId: string | null, mark: ReadMark): boolean =>
  lastInboundId !== null && lastInboundId > mark.readUpTo;

/** Frames go to all operators and leave out `unread`, `unreadCount` and `readUpTo`, so they are computed here. */
export function received(
  known: Conversation | undefined,
  next: ConversationSummary,
  mark: ReadMark | undefined,
): Conversation {
  if (known && known.version >= next.version) return known;
  const inboundIsNew = next.lastInboundId !== null && next.lastInboundId !== (known?.lastInboundId ?? null);
  const unread = mark ? unreadBy(next.lastInboundId, mark) : inboundIsNew || (known?.unread ?? false);
  const more = known ? next.inboundCount - known.inboundCount : 0;
  const unreadCount = unread ? Math.max(1, (known?.unreadCount ?? 0) + more) : 0;
  return { ...next, unread, unreadCount, readUpTo: mark ? mark.readUpTo : known?.readUpTo };
}

export function marked(conversation: Conversation, mark: ReadMark): Conversation {
  const unread = unreadBy(conversation.lastInboundId, mark);
  const { readUpTo } = mark;
  if (unread === conversation.unread && readUpTo === conversation.readUpTo) return conversation;
  const unreadCount = unread === conversation.unread ? conversation.unreadCount : unread ? 1 : 0;
  return { ...conversation, unread, unreadCount, readUpTo };
}

/** The rows of a list. A conversation that moved between two page requests is on both: only the newest version is kept. */
export function rowsOf(data: { pages: Page<Conversation>[] } | undefined): Conversation[] {
  const newest = new Map<string, Conversation>();
  for (const item of itemsOf(data)) {
    const known = newest.get(item.id);
    if (!known || known.version < item.version) newest.set(item.id, item);
  }
  return itemsOf(data).filter((item) => newest.get(item.id) === item);
}

/**
 * Moves, inserts or removes conversations in a list, each once:
 * - A conversation beyond the loaded pages is left out, as its page will bring it.
 * - With a search term only known rows change, as only the server knows what matches.
 */
export function placed(
  data: Pages<Conversation>,
  view: InboxView,
  me: string,
  changed: Iterable<Conversation>,
): Pages<Conversation> {
  const items = rowsOf(data);
  const rows = new Map(items.map((item) => [item.id, item]));
  const moved: Conversation[] = [];
  let same = true;
  for (const next of changed) {
    const known = rows.get(next.id);
    if (known && (known === next || known.version > next.version)) continue;
    const belonging = belongs(view, next, me);
    if (!known && belonging !== true) continue;
    if (belonging === "unknown") rows.set(next.id, next);
    else rows.delete(next.id);
    if (belonging === true) moved.push(next);
    if (known) same = false;
  }
  const staying = items.flatMap(({ id }) => rows.get(id) ?? []);
  const merged = inserted(staying, moved, compareIn(view.sort), complete(data));
  return same && merged.length === items.length ? data : relay(data, merged);
}

/** Inserts conversations into a sorted list; what comes after its last row only if it is complete. */
function inserted(
  rows: Conversation[],
  moved: Conversation[],
  compare: (a: Conversation, b: Conversation) => number,
  toTheEnd: boolean,
): Conversation[] {
  const waiting = moved.toSorted(compare);
  const merged: Conversation[] = [];
  let next = 0;
  for (const row of rows) {
    for (let first = waiting[next]; first && compare(first, row) < 0; first = waiting[next]) {
      merged.push(first);
      next += 1;
    }
    merged.push(row);
  }
  return toTheEnd ? [...merged, ...waiting.slice(next)] : merged;
}
