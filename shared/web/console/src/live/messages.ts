/** Applies a message or a timeline event to the loaded pages. Pure. */
import type { Message, TimelineEvent } from "@recado/lib/protocol";
import { complete, itemsOf, type Page, type Pages } from "./pages.ts";

/** Items oldest first; pages arrive newest first. */
export function inOrder<T>(data: { pages: Page<T>[] } | undefined): T[] {
  return data ? data.pages.toReversed().flatMap((page) => page.items) : [];
}

/** Keeps the higher version. A partial message lacks its text, or all content: the known content stays until it is fetched. */
export function mergedMessage(known: Message | undefined, next: Message, partial = false): Message {
  if (known && known.version >= next.version && !(known.version === next.version && !partial)) return known;
  return known && partial ? { ...known, status: next.status, error: next.error, version: next.version } : next;
}

export function withMessage(data: Pages<Message>, next: Message, partial = false): Pages<Message> {
  return inserted(data, next, (known) => mergedMessage(known, next, partial));
}

export function withoutMessage(data: Pages<Message>, id: string): Pages<Message> {
  if (!itemsOf(data).some((item) => item.id === id)) return data;
  return mapPages(data, (page) => ({ ...page, items: page.items.filter((item) => item.id !== id) }));
}

export function withEvent(data: Pages<TimelineEvent>, next: TimelineEvent): Pages<TimelineEvent> {
  return inserted(data, next, () => next);
}

/** Pages are newest first, items in a page oldest first; ids sort as text. An item older than all pages is left out. */
function inserted<T extends { id: string }>(data: Pages<T>, next: T, replace: (known: T) => T): Pages<T> {
  const known = itemsOf(data).find((item) => item.id === next.id);
  if (known) {
    const item = replace(known);
    if (item === known) return data;
    return mapPages(data, (page) => ({ ...page, items: page.items.map((old) => (old.id === next.id ? item : old)) }));
  }
  const home = data.pages.findIndex((page) => page.items.some((item) => item.id < next.id));
  const last = data.pages.length - 1;
  if (home === -1 && !complete(data) && itemsOf(data).length > 0) return data;
  const target = home === -1 ? last : home;
  return mapPages(data, (page, index) => {
    if (index !== target) return page;
    const at = page.items.findIndex((item) => item.id > next.id);
    const split = at === -1 ? page.items.length : at;
    return { ...page, items: [...page.items.slice(0, split), next, ...page.items.slice(split)] };
  });
}

const mapPages = <T>(data: Pages<T>, change: (page: Page<T>, index: number) => Page<T>): Pages<T> => ({
  ...data,
  pages: data.pages.map(change),
});
