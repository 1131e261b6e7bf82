import { Button, Loader, Skeleton } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import { IconArrowDown, IconMessages } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { eventsQuery, messagesQuery } from "../api/queries.ts";
import { useTypists } from "../live/ephemeral.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { inOrder } from "../live/messages.ts";
import { unconfirmed } from "../live/outbox.ts";
import { contactName } from "../ui/contactName.ts";
import { useFormats, useNow } from "../ui/format.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import classes from "./conversation.module.css";
import { EventLines } from "./EventLines.tsx";
import { MessageBubble } from "./MessageBubble.tsx";
import { OutgoingBubble } from "./OutgoingBubble.tsx";
import { useReadMark, useUnreadFrom } from "./reading.ts";
import { useStayAtEnd } from "./stayAtEnd.ts";
import { includes, lastBeforeUnread, newSince, type Row, rowsOf } from "./timeline.ts";
import { useWayOut } from "./useReplyWindow.ts";
import type { WayOut } from "./wayOut.ts";

const localDay = new Intl.DateTimeFormat("en-CA");

export function MessageList({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const { outbox } = useLive();
  const messages = useInfiniteQuery(messagesQuery(conversation.id));
  const events = useInfiniteQuery(eventsQuery(conversation.id));
  const waiting = useSyncExternalStore(outbox.subscribe, () => outbox.of(conversation.id));

  const oldestMessage = messages.data?.pages.at(-1)?.items[0]?.sentAt;
  const oldestEvent = events.data?.pages.at(-1)?.items[0]?.at;
  const eventsBehind =
    events.hasNextPage && !events.isFetching && oldestMessage !== undefined && (oldestEvent ?? "") > oldestMessage;
  const { fetchNextPage: moreEvents } = events;
  useEffect(() => {
    if (eventsBehind) void moreEvents();
  }, [eventsBehind, moreEvents]);

  const ordered = useMemo(() => inOrder(messages.data), [messages.data]);
  const reading = useUnreadFrom(conversation, ordered, messages);
  const rows = useMemo(
    () =>
      rowsOf({
        messages: ordered,
        events: inOrder(events.data),
        outgoing: unconfirmed(waiting, ordered),
        older: messages.hasNextPage,
        unreadFrom: reading.from,
        dayOf: (iso) => localDay.format(new Date(iso)),
      }),
    [ordered, messages.hasNextPage, events.data, waiting, reading.from],
  );

  if (messages.isPending || events.isPending || reading.searching) {
    return (
      <div className={classes.log} role="status" aria-label={t("state.loading")}>
        <div className={classes.skeletons}>
          <Skeleton height={38} width="46%" radius="lg" />
          <Skeleton height={58} width="58%" radius="lg" />
          <Skeleton height={38} width="38%" radius="lg" ml="auto" />
          <Skeleton height={80} width="52%" radius="lg" ml="auto" />
          <Skeleton height={38} width="42%" radius="lg" />
        </div>
      </div>
    );
  }
  if (messages.isError && rows.length === 0) {
    return (
      <div className={classes.log}>
        <ErrorState error={messages.error} onRetry={() => void messages.refetch()} retrying={messages.isFetching} />
      </div>
    );
  }
  if (rows.length === 0) {
    return (
      <div className={classes.log}>
        <EmptyState icon={IconMessages} title={t("conversation.empty")} />
      </div>
    );
  }
  return (
    <Log
      conversation={conversation}
      rows={rows}
      older={messages.hasNextPage}
      loadingOlder={messages.isFetchingNextPage}
      failedOlder={messages.isFetchNextPageError}
      loadOlder={() => void messages.fetchNextPage()}
    />
  );
}

function Log(props: {
  conversation: Conversation;
  rows: Row[];
  older: boolean;
  loadingOlder: boolean;
  failedOlder: boolean;
  loadOlder: () => void;
}) {
  const { t } = useTranslation();
  const { rows, older, loadingOlder, failedOlder, loadOlder } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [settled, setSettled] = useState(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 64,
    getItemKey: (index) => rows[index]?.key ?? index,
    // Keep the scroll position when older pages are added above; follow new messages only at the end.
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: 80,
    overscan: 10,
    paddingStart: 44,
    paddingEnd: 12,
    // The line of new messages stands below the end of what was read.
    scrollPaddingStart: 56,
  });

  const leaveEnd = useStayAtEnd(scroll, rows);
  const [line] = useState(() => rows.findIndex(({ kind }) => kind === "unread"));
  useLayoutEffect(() => {
    virtual.scrollToEnd();
    let frame = requestAnimationFrame(() => {
      const begins = line === -1 ? undefined : virtual.measurementsCache[line];
      if (begins && virtual.getTotalSize() - begins.start > (scroll.current?.clientHeight ?? 0)) {
        leaveEnd();
        virtual.scrollToIndex(line, { align: "start" });
      } else virtual.scrollToEnd();
      // In the next frame the list knows where it was scrolled to.
      frame = requestAnimationFrame(() => setSettled(true));
    });
    return () => cancelAnimationFrame(frame);
  }, [virtual, line, leaveEnd]);

  // What the operator sends is shown, wherever they were reading.
  const last = rows.at(-1);
  const sending = last?.kind === "outgoing" ? last.key : undefined;
  const sent = useRef(sending);
  useEffect(() => {
    if (sending && sending !== sent.current) virtual.scrollToEnd();
    sent.current = sending;
  }, [sending, virtual]);

  const wayOut = useWayOut(props.conversation);

  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? rows.length;
  useEffect(() => {
    if (settled && older && !loadingOlder && !failedOlder && first <= 4) loadOlder();
  }, [settled, older, loadingOlder, failedOlder, first, loadOlder]);

  const atEnd = virtual.isAtEnd(80);
  const [seenTo, setSeenTo] = useState(() => lastBeforeUnread(rows));
  const newest = rows.findLast((row) => row.kind === "message");
  const newestId = newest?.kind === "message" ? newest.message.id : "";
  useEffect(() => {
    if (settled && atEnd) setSeenTo(newestId);
  }, [settled, atEnd, newestId]);
  useReadMark(props.conversation, settled && atEnd && includes(rows, props.conversation.lastInboundId));

  return (
    <div className={classes.logFrame}>
      <div
        ref={scroll}
        className={classes.log}
        role="log"
        aria-live="polite"
        aria-label={t("conversation.messages")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
      >
        <div className={classes.older}>
          {loadingOlder && <Loader size="xs" aria-label={t("state.loading")} />}
          {failedOlder && !loadingOlder && (
            <Button size="compact-sm" variant="light" onClick={loadOlder}>
              {t("action.retry")}
            </Button>
          )}
          {!older && <span>{t("conversation.beginning")}</span>}
        </div>
        <div style={{ blockSize: virtual.getTotalSize(), position: "relative" }}>
          {shown.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={virtual.measureElement}
                  className={classes.slot}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <RowContent row={row} conversation={props.conversation} wayOut={wayOut} />
                </div>
              )
            );
          })}
        </div>
      </div>
      {settled && !atEnd && (
        <ToEnd
          news={newSince(rows, seenTo)}
          onClick={() => {
            virtual.scrollToEnd();
            // The button goes away; the focus stays in the log.
            scroll.current?.focus({ preventScroll: true });
          }}
        />
      )}
      <Typing conversationId={props.conversation.id} />
    </div>
  );
}

function ToEnd({ news, onClick }: { news: number; onClick: () => void }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <Button
      className={classes.toEnd}
      variant={news > 0 ? "filled" : "default"}
      size={news > 0 ? "sm" : "md"}
      radius="xl"
      px={news > 0 ? "md" : 11}
      aria-label={
        news > 0 ? t("conversation.newCount", { count: news, number: number(news) }) : t("conversation.toEnd")
      }
      onClick={onClick}
    >
      {news > 0 && (
        <span className={classes.news}>{t("conversation.newShort", { count: news, number: number(news) })}</span>
      )}
      <IconArrowDown size={news > 0 ? 16 : 20} />
    </Button>
  );
}

function RowContent({ row, conversation, wayOut }: { row: Row; conversation: Conversation; wayOut: WayOut }) {
  switch (row.kind) {
    case "day":
      return <Day at={row.at} />;
    case "unread":
      return <UnreadLine />;
    case "events":
      return <EventLines events={row.events} />;
    case "message":
      return (
        <MessageBubble
          message={row.message}
          quoted={row.quoted}
          starts={row.starts}
          conversationId={conversation.id}
          channelType={conversation.channel.type}
          wayOut={wayOut}
        />
      );
    case "outgoing":
      return (
        <OutgoingBubble
          outgoing={row.outgoing}
          quoted={row.quoted}
          starts={row.starts}
          channelType={conversation.channel.type}
          wayOut={wayOut}
        />
      );
  }
}

function Day({ at }: { at: string }) {
  const formats = useFormats();
  const now = useNow(60_000);
  return (
    <div className={classes.day}>
      <time dateTime={at} title={formats.date(at)}>
        {formats.dayName(at, now)}
      </time>
    </div>
  );
}

// S1-21
function UnreadLine() {
  const { t } = useTranslation();
  return (
    <div className={classes.unread}>
      <span>{t("conversation.newMessages")}</span>
    </div>
  );
}

function Typing({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const { live } = useLive();
  const others = useTypists(live.ephemeral, conversationId).filter(({ id }) => id !== me.operator.id);
  const names = others.map(({ name }) => contactName(name, t)).join(", ");
  return (
    <div className={classes.typing} role="status" data-shown={others.length > 0 || undefined}>
      {others.length > 0 && (
        <>
          <span className={classes.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t("conversation.typing", { names, count: others.length })}
        </>
      )}
    </div>
  );
}
