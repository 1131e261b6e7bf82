import { Button, Skeleton } from "@mantine/core";
import { IconSearchOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { conversationsQuery } from "../api/queries.ts";
import type { InboxView } from "../api/view.ts";
import { rowsOf } from "../live/conversations.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { EmptyInbox } from "./EmptyInbox.tsx";
import classes from "./inbox.module.css";
import { Rows } from "./Rows.tsx";
import { useHold } from "./useHold.ts";
import { useCalm, useSteadyRows } from "./useSteadyRows.ts";
import { useView } from "./useView.ts";

const skeletons = ["a", "b", "c", "d", "e", "f", "g"];

export function ConversationList() {
  const shown = useView();
  // A tap is answered first: the tabs and the conversation change, then the list.
  const view = useDeferredValue(shown.view);
  const openId = useDeferredValue(shown.openId);
  // Each view has rows, a scroll position and a cursor of its own.
  return <Listed key={JSON.stringify(view)} view={view} openId={openId} />;
}

function Listed({ view, openId }: { view: InboxView; openId: string | undefined }) {
  const list = useInfiniteQuery(conversationsQuery(view));
  const data = useCalm(list.data) ?? list.data;
  const items = useMemo(() => rowsOf(data), [data]);
  const box = useRef<HTMLDivElement>(null);
  const { hold, handlers } = useHold(box);
  const { rows, news, apply } = useSteadyRows(items, openId, hold);
  const { fetchNextPage } = list;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  const content = () => {
    if (list.isPending) return <Skeletons />;
    if (list.isError && rows.length === 0) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />;
    }
    if (rows.length === 0 && !list.hasNextPage) {
      return view.q || view.operator || view.channel ? <NoMatch view={view} /> : <EmptyInbox />;
    }
    return (
      <Rows
        view={view}
        rows={rows}
        news={news}
        onNews={apply}
        openId={openId}
        more={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        failedMore={list.isFetchNextPageError}
        loadMore={loadMore}
      />
    );
  };
  return (
    <div ref={box} className={classes.listBox} {...handlers}>
      {content()}
    </div>
  );
}

function Skeletons() {
  const { t } = useTranslation();
  return (
    <div className={classes.scroll} role="status" aria-label={t("state.loading")}>
      {skeletons.map((key) => (
        <div key={key} className={classes.skeleton}>
          <Skeleton circle height={36} />
          <div>
            <Skeleton height={11} width="55%" mb={10} />
            <Skeleton height={10} width="85%" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** No conversation matches. What is cleared are the filters if there are any, and the search only without them. */
function NoMatch({ view }: { view: InboxView }) {
  const { t } = useTranslation();
  const { change } = useView();
  const filtered = view.operator !== undefined || view.channel !== undefined;
  return (
    <EmptyState
      icon={IconSearchOff}
      title={t("inbox.noMatch")}
      text={t(filtered ? "inbox.noMatchHint" : "inbox.noMatchAnywhere")}
    >
      <Button
        size="xs"
        variant="light"
        mt="xs"
        onClick={() => change(filtered ? { operator: undefined, channel: undefined } : { q: undefined })}
      >
        {t(filtered ? "inbox.clearFilters" : "inbox.searchClear")}
      </Button>
    </EmptyState>
  );
}
