/** Changes to loaded pages of an infinite query. Pure. */
import type { InfiniteData } from "@tanstack/react-query";

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type Pages<T> = InfiniteData<Page<T>, string | null>;

export function itemsOf<T>(data: { pages: Page<T>[] } | undefined): T[] {
  return data ? data.pages.flatMap((page) => page.items) : [];
}

/** Distributes a changed list over its pages. Page sizes may change; cursors stay. */
export function relay<T>(data: Pages<T>, items: T[]): Pages<T> {
  let start = 0;
  const last = data.pages.length - 1;
  return {
    ...data,
    pages: data.pages.map((page, index) => {
      const end = index === last ? items.length : Math.min(items.length, start + page.items.length);
      const slice = items.slice(start, end);
      start = end;
      return { ...page, items: slice };
    }),
  };
}

export const complete = <T>(data: Pages<T>): boolean => data.pages.at(-1)?.nextCursor === null;
