import { ActionIcon, Button, Loader, Skeleton } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import { IconArrowDown, IconMessages } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../api/me.ts";
import { eventsQuery, messagesQuery } from "../api/queries.ts";
import { useTypists } from "../live/ephemeral.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { inOrder } from "../live/messages.ts";
import { unconfirmed } from "../live/outbox.ts";
import { contactName } from "../ui/contactName.ts";
import { useFormats, useNow } from "../ui/format.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { useConversationAction } from "./actions.ts";
import classes from "./conversation.module.css";
import { EventLine } from "./EventLine.tsx";
import { MessageBubble } from "./MessageBubble.tsx";
import { OutgoingBubble } from "./OutgoingBubble.tsx";
import { useStayAtEnd } from "./stayAtEnd.ts";
import { includes, type Row, rowsOf } from "./timeline.ts";
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

  const rows = useMemo(() => {
    const ordered = inOrder(messages.data);
    return rowsOf({
      messages: ordered,
      events: inOrder(events.data),
      outgoing: unconfirmed(waiting, ordered),
      older: messages.hasNextPage,
      dayOf: (iso) => localDay.format(new Date(iso)),
    });
  }, [messages.data, messages.hasNextPage, events.data, waiting]);

  if (messages.isPending || events.isPending) {
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
  });

  useLayoutEffect(() => {
    virtual.scrollToEnd();
    const frame = requestAnimationFrame(() => {
      virtual.scrollToEnd();
      setSettled(true);
    });
    return () => cancelAnimationFrame(frame);
  }, [virtual]);

  // What the operator sends is shown, wherever they were reading.
  const last = rows.at(-1);
  const sending = last?.kind === "outgoing" ? last.key : undefined;
  const sent = useRef(sending);
  useEffect(() => {
    if (sending && sending !== sent.current) virtual.scrollToEnd();
    sent.current = sending;
  }, [sending, virtual]);

  useStayAtEnd(scroll, rows);
  const wayOut = useWayOut(props.conversation);

  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? rows.length;
  useEffect(() => {
    if (settled && older && !loadingOlder && !failedOlder && first <= 4) loadOlder();
  }, [settled, older, loadingOlder, failedOlder, first, loadOlder]);

  const atEnd = virtual.isAtEnd(80);
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
        <ActionIcon
          className={classes.toEnd}
          variant="default"
          size="xl"
          radius="xl"
          aria-label={t("conversation.toEnd")}
          onClick={() => virtual.scrollToEnd()}
        >
          <IconArrowDown size={20} />
        </ActionIcon>
      )}
      <Typing conversationId={props.conversation.id} />
    </div>
  );
}

function RowContent({ row, conversation, wayOut }: { row: Row; conversation: Conversation; wayOut: WayOut }) {
  const formats = useFormats();
  const now = useNow(60_000);
  switch (row.kind) {
    case "day":
      return (
        <div className={classes.day}>
          <time dateTime={row.at}>{formats.day(row.at, now)}</time>
        </div>
      );
    case "event":
      return <EventLine event={row.event} />;
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

/** Marks the conversation as read when its newest message is visible and the window has the focus. */
function useReadMark(conversation: Conversation, seen: boolean): void {
  const { live } = useLive();
  const { mutate } = useConversationAction(conversation.id);
  const [focused, setFocused] = useState(() => document.hasFocus());
  useEffect(() => {
    const update = () => setFocused(document.visibilityState === "visible" && document.hasFocus());
    window.addEventListener("focus", update);
    window.addEventListener("blur", update);
    document.addEventListener("visibilitychange", update);
    return () => {
      window.removeEventListener("focus", update);
      window.removeEventListener("blur", update);
      document.removeEventListener("visibilitychange", update);
    };
  }, []);
  const { id, unread, lastInboundId } = conversation;
  const mayRead = useMay()("conversation.reply");
  useEffect(() => {
    if (!mayRead || !seen || !focused || !unread || !lastInboundId) return;
    live.read(id, lastInboundId);
    live.readMarks.mark(id, () => mutate({ verb: "read", body: { readUpTo: lastInboundId } }));
  }, [mayRead, seen, focused, unread, lastInboundId, live, id, mutate]);
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
