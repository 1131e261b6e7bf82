import { Button, Loader, Skeleton } from "@mantine/core";
import type { Conversation, Operator } from "@recado/lib/protocol";
import { IconSearchOff } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { conversationsQuery, operatorsQuery } from "../api/queries.ts";
import { rowsOf } from "../live/conversations.ts";
import { useNow } from "../ui/format.ts";
import { useShortcuts } from "../ui/shortcuts.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { ConversationRow } from "./ConversationRow.tsx";
import { EmptyInbox } from "./EmptyInbox.tsx";
import classes from "./inbox.module.css";
import { useView } from "./useView.ts";

const ROW = 78;
const skeletons = ["a", "b", "c", "d", "e", "f", "g"];

export function ConversationList() {
  const { t } = useTranslation();
  const { view, change, openId } = useView();
  const list = useInfiniteQuery(conversationsQuery(view));
  const items = useMemo(() => rowsOf(list.data), [list.data]);

  if (list.isPending) {
    return (
      <div className={classes.scroll} role="status" aria-label={t("state.loading")}>
        {skeletons.map((key) => (
          <div key={key} className={classes.skeleton}>
            <Skeleton circle height={40} />
            <div>
              <Skeleton height={11} width="55%" mb={10} />
              <Skeleton height={10} width="85%" />
            </div>
          </div>
        ))}
      </div>
    );
  }
  if (list.isError && items.length === 0) {
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />;
  }
  if (items.length === 0 && !list.hasNextPage) {
    const filtered = view.q || view.operator || view.channel;
    return filtered ? (
      <EmptyState icon={IconSearchOff} title={t("inbox.noMatch")} text={t("inbox.noMatchHint")}>
        <Button
          size="xs"
          variant="light"
          mt="xs"
          onClick={() => change({ q: undefined, operator: undefined, channel: undefined })}
        >
          {t("inbox.clearFilters")}
        </Button>
      </EmptyState>
    ) : (
      <EmptyInbox />
    );
  }
  return (
    <Rows
      items={items}
      openId={openId}
      more={list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      failedMore={list.isFetchNextPageError}
      loadMore={() => void list.fetchNextPage()}
    />
  );
}

function Rows(props: {
  items: Conversation[];
  openId: string | undefined;
  more: boolean;
  loadingMore: boolean;
  failedMore: boolean;
  loadMore: () => void;
}) {
  const { t } = useTranslation();
  const { items, openId, more, loadingMore, failedMore, loadMore } = props;
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/inbox" });
  const now = useNow();
  const operators = useQuery(operatorsQuery).data;
  const byId = useMemo(() => new Map<string, Operator>(operators?.map((one) => [one.id, one])), [operators]);
  const scroll = useRef<HTMLDivElement>(null);
  const [cursorId, setCursorId] = useState<string | undefined>(openId);
  useEffect(() => {
    if (openId) setCursorId(openId);
  }, [openId]);

  const virtual = useVirtualizer({
    count: items.length + (more ? 1 : 0),
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => items[index]?.id ?? "more",
    overscan: 8,
  });
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loadingMore && !failedMore && lastShown >= items.length - 5) loadMore();
  }, [more, loadingMore, failedMore, lastShown, items.length, loadMore]);

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
    void navigate({ to: "/inbox/$conversationId", params: { conversationId: item.id }, search });
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

  return (
    <div ref={scroll} className={classes.scroll}>
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
                  assignee={item.assigneeId ? byId.get(item.assigneeId) : undefined}
                  open={item.id === openId}
                  focusable={row.index === cursor}
                  now={now}
                  onFocus={setCursorId}
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
  );
}
