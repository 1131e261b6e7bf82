/** Pages of a query for tests. */
import type { Page, Pages } from "./pages.ts";

/** Pages as in the query cache. `more`: another page follows the last. */
export const pagesOf = <T>(pages: T[][], more = false): Pages<T> => ({
  pages: pages.map(
    (items, index): Page<T> => ({ items, nextCursor: index < pages.length - 1 || more ? `c${index + 1}` : null }),
  ),
  pageParams: pages.map((_, index) => (index === 0 ? null : `c${index}`)),
});
