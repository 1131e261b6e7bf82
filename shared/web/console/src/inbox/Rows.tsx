import { Button, Loader } from "@mantine/core";
import type { Conversation, Operator } from "@recado/lib/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  memo,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { operatorsQuery } from "../api/queries.ts";
import type { InboxView } from "../api/view.ts";
import { useNow } from "../ui/format.ts";
import { useShortcuts } from "../ui/shortcuts.ts";
import { ConversationRow } from "./ConversationRow.tsx";
import classes from "./inbox.module.css";

/** The height of a row in pixels. */
const ROW = 64;

interface Props {
  view: InboxView;
  rows: Conversation[];
  /** How many conversations wait until they may move the rows. */
  news: number;
  onNews: () => void;
  openId: string | undefined;
  more: boolean;
  loadingMore: boolean;
  failedMore: boolean;
  loadMore: () => void;
}

/** Rendered when its rows change, which is less often than the list's data does. */
export const Rows = memo(function Rows(props: Props) {
  const { t } = useTranslation();
  const { view, rows: items, news, openId, more, loadingMore, failedMore, loadMore } = props;
  const navigate = useNavigate();
  const router = useRouter();
  const search = useSearch({ from: "/shell/inbox" });
  const query = useMemo(() => router.buildLocation({ to: "/inbox", search }).searchStr, [router, search]);
  const openRow = useCallback(
    (conversationId: string) => void navigate({ to: "/inbox/$conversationId", params: { conversationId }, search }),
    [navigate, search],
  );
  const now = useNow();
  const me = useMe().operator.id;
  const operators = useQuery(operatorsQuery).data;
  const byId = useMemo(() => new Map<string, Operator>(operators?.map((one) => [one.id, one])), [operators]);
  const scroll = useRef<HTMLDivElement>(null);
  const [cursorId, setCursorId] = useState<string | undefined>(openId);

  const virtual = useVirtualizer({
    count: items.length + (more ? 1 : 0),
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => items[index]?.id ?? "more",
    overscan: 8,
  });
  useKeptPosition(scroll, items);
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loadingMore && !failedMore && lastShown >= items.length - 5) loadMore();
  }, [more, loadingMore, failedMore, lastShown, items.length, loadMore]);

  const openAt = openId ? items.findIndex((item) => item.id === openId) : -1;
  const shown = useRef(openAt);
  shown.current = openAt;
  useEffect(() => {
    if (!openId) return;
    setCursorId(openId);
    if (shown.current >= 0) virtual.scrollToIndex(shown.current, { align: "auto" });
  }, [openId, virtual]);

  const cursor = Math.max(
    0,
    items.findIndex((item) => item.id === cursorId),
  );
  const focusRow = (index: number) => {
    const item = items[index];
    if (!item) return;
    setCursorId(item.id);
    virtual.scrollToIndex(index);
    // The row may not be rendered yet.
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(item.id)}"]`)?.focus(),
    );
  };
  const move = (by: number) => {
    const known = items.some((item) => item.id === cursorId);
    focusRow(known ? Math.min(items.length - 1, Math.max(0, cursor + by)) : 0);
  };
  const open = () => {
    const item = items.find((one) => one.id === cursorId);
    // Enter belongs to a focused button or link.
    if (!item || (document.activeElement && document.activeElement !== document.body)) return false;
    openRow(item.id);
  };
  const down = () => move(1);
  const up = () => move(-1);
  // Arrow keys scroll the messages.
  const byArrow = (step: () => void) => () => {
    if (document.activeElement?.closest('[role="log"]')) return false;
    step();
  };
  useShortcuts({
    j: down,
    k: up,
    ArrowDown: byArrow(down),
    ArrowUp: byArrow(up),
    Enter: open,
  });

  const showNews = () => {
    props.onNews();
    if (view.sort === "newest") requestAnimationFrame(() => virtual.scrollToOffset(0));
  };
  const { side, onPointerMove } = usePillSide(scroll, news > 0);
  return (
    <>
      <div ref={scroll} className={classes.scroll} onPointerMove={onPointerMove}>
        <ul className={classes.rows} aria-label={t("inbox.list")} style={{ blockSize: virtual.getTotalSize() }}>
          {rows.map((row) => {
            const item = items[row.index];
            return (
              <li
                key={row.key}
                aria-setsize={more ? -1 : items.length}
                aria-posinset={row.index + 1}
                className={classes.slot}
                style={{ blockSize: row.size, transform: `translateY(${row.start}px)` }}
              >
                {item ? (
                  <ConversationRow
                    conversation={item}
                    view={view}
                    me={me}
                    assignee={item.assigneeId ? byId.get(item.assigneeId) : undefined}
                    open={item.id === openId}
                    focusable={row.index === cursor}
                    now={now}
                    query={query}
                    onFocus={setCursorId}
                    onOpen={openRow}
                  />
                ) : (
                  <div className={classes.more}>
                    {failedMore ? (
                      <Button size="xs" variant="light" onClick={loadMore}>
                        {t("action.retry")}
                      </Button>
                    ) : (
                      <Loader size="xs" aria-label={t("state.loading")} />
                    )}
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      </div>
      {news > 0 && (
        <button type="button" className={classes.news} data-side={side} onClick={showNews}>
          {t("inbox.news", { count: news })}
        </button>
      )}
    </>
  );
});

/** A list that was scrolled keeps in sight what is in sight, whatever is inserted above or leaves. */
function useKeptPosition(scroll: RefObject<HTMLElement | null>, items: readonly Conversation[]): void {
  const before = useRef(items);
  useLayoutEffect(() => {
    const element = scroll.current;
    const old = before.current;
    before.current = items;
    if (!element || old === items || element.scrollTop < ROW / 2) return;
    const first = Math.round(element.scrollTop / ROW);
    for (let at = first; at < old.length && at < first + 20; at += 1) {
      const now = items.findIndex(({ id }) => id === old[at]?.id);
      if (now < 0) continue;
      if (now !== at) element.scrollTop += (now - at) * ROW;
      return;
    }
  }, [scroll, items]);
}

/** Where the pill that tells of news appears: never under the pointer, whose click is for a row. */
function usePillSide(scroll: RefObject<HTMLElement | null>, appears: boolean) {
  const nearTop = useRef(false);
  const [side, setSide] = useState<"start" | "end">("start");
  useLayoutEffect(() => {
    if (appears) setSide(nearTop.current ? "end" : "start");
  }, [appears]);
  const onPointerMove = (event: PointerEvent) => {
    const top = scroll.current?.getBoundingClientRect().top ?? 0;
    nearTop.current = event.clientY < top + 2 * ROW;
  };
  return { side, onPointerMove };
}
