/** Pages of a query for tests. */
import type { Page, Pages } from "./pages.ts";

/** Pages as a query holds them; `more` says whether another follows the last. */
export const pagesOf = <T>(pages: T[][], more = false): Pages<T> => ({
  pages: pages.map(
    (items, index): Page<T> => ({ items, nextCursor: index < pages.length - 1 || more ? `c${index + 1}` : null }),
  ),
  pageParams: pages.map((_, index) => (index === 0 ? null : `c${index}`)),
});
