import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Avatar } from "./Avatar.tsx";
import { Bubble, MessageText, OutgoingBubble } from "./Bubble.tsx";
import { useChat } from "./context.ts";
import { formats } from "./format.ts";
import { t } from "./i18n/index.ts";
import { IconButton } from "./icons.tsx";
import { answeredIds, type Row, rowsOf } from "./rows.ts";

const dayOf = (iso: string) => new Date(iso).toDateString();
/** Within this distance of the end, in px, the list counts as scrolled to the end. */
const END_THRESHOLD = 48;
/** Within this distance of the top, in px, older messages are loaded. */
const LOAD_THRESHOLD = 300;

export function MessageList() {
  const chat = useChat();
  const { history, outbox } = chat;
  const messages = history.messages.value;
  const outgoing = chat.outgoing.value;
  const older = history.older.value;
  const rows = rowsOf(messages, outgoing, dayOf);
  const used = useComputed(() => answeredIds(history.messages.value, outbox.entries.value)).value;
  const { box, content, atEnd, scrollToEnd, onScroll } = useScrollPosition(rows);

  const byId = new Map(messages.map((message) => [message.id, message]));
  const quoted = (id: string | null) => (id === null ? undefined : byId.get(id));
  const line = (row: Row) => {
    if (row.kind === "day") {
      return (
        <p key={row.key} class="day">
          <time dateTime={row.at}>{formats.day(row.at, Date.now())}</time>
        </p>
      );
    }
    if (row.kind === "outgoing") {
      const { key, entry, starts } = row;
      return <OutgoingBubble key={key} entry={entry} starts={starts} quoted={quoted(entry.replyTo)} />;
    }
    const { key, message, starts } = row;
    return (
      <Bubble
        key={key}
        message={message}
        starts={starts}
        quoted={quoted(message.replyTo)}
        used={used.has(message.id)}
        onReply={(one) => {
          chat.replyingTo.value = one;
        }}
      />
    );
  };

  return (
    <div class="reading">
      <div
        ref={box}
        class="list"
        role="log"
        aria-label={t("list.label")}
        aria-busy={older === "loading"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} class="content">
          {(older === "loading" || (!history.loaded.value && !chat.session.error.value)) && (
            <p class="note late">{t("list.loading")}</p>
          )}
          {older === "failed" && (
            <p class="note">
              {t("list.olderFailed")}{" "}
              <button type="button" class="link" onClick={() => void history.loadOlder()}>
                {t("action.retry")}
              </button>
            </p>
          )}
          {older === "none" && history.loaded.value && <Greeting />}
          {rows.map(line)}
          <Away />
        </div>
      </div>
      {!atEnd && <IconButton name="down" label={t("action.latest")} class="latest" onClick={scrollToEnd} />}
    </div>
  );
}

/** Keeps the list at the end if it was there, and on the same message when older ones are added above. */
function useScrollPosition(rows: readonly Row[]) {
  const { history } = useChat();
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const place = useRef({ sticky: true, top: 0, height: 0, first: "", own: 0 });
  const [atEnd, setAtEnd] = useState(true);

  const scrollToEnd = () => {
    place.current.sticky = true;
    setAtEnd(true);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const { scrollTop } = element;
    const near = element.scrollHeight - scrollTop - element.clientHeight < END_THRESHOLD;
    // New content does not unstick the list; only scrolling up does.
    const sticky = near || (place.current.sticky && scrollTop >= place.current.top);
    Object.assign(place.current, { sticky, top: scrollTop });
    setAtEnd(sticky);
    if (element.scrollTop < LOAD_THRESHOLD && history.older.peek() === "more") void history.loadOlder();
  };
  const first = rows.find(({ kind }) => kind !== "day")?.key ?? "";
  const own = rows.filter(({ kind }) => kind === "outgoing").length;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const was = place.current;
    const grown = element.scrollHeight - was.height;
    if (own > was.own) scrollToEnd();
    else if (was.first !== "" && first !== was.first && !was.sticky && grown > 0) element.scrollTop += grown;
    place.current = { ...place.current, height: element.scrollHeight, first, own };
  });
  useEffect(() => {
    const grows = new ResizeObserver(() => {
      const element = box.current;
      if (!element) return;
      if (place.current.sticky) element.scrollTop = element.scrollHeight;
      place.current.height = element.scrollHeight;
      // The loaded messages may not fill the view, and then there is no scroll event.
      if (element.scrollHeight <= element.clientHeight && history.older.peek() === "more") void history.loadOlder();
    });
    for (const { current } of [box, content]) if (current) grows.observe(current);
    return () => grows.disconnect();
  }, [history]);
  return { box, content, atEnd, scrollToEnd, onScroll };
}

/** The site's greeting, shown until the visitor has written something. */
function Greeting() {
  const { session, history } = useChat();
  const known = session.current.value;
  if (!known?.site.greeting || (known.started && history.messages.value.length > 0)) return null;
  const name = known.site.title;
  return (
    <div class="row" data-starts>
      <Avatar name={name} picture={null} />
      <div class="turn">
        <bdi class="author">{name}</bdi>
        <div class="bubble">
          <MessageText text={known.site.greeting} />
        </div>
      </div>
    </div>
  );
}

function Away() {
  const { away } = useChat();
  return away.value ? <p class="note">{t("list.away")}</p> : null;
}
