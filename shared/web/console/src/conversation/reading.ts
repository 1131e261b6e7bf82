/** Where reading begins in an open conversation, and how far it was read. */
import type { Conversation, Message } from "@recado/lib/protocol";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useMay } from "../api/me.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { useConversationAction } from "./actions.ts";
import { firstUnread, reachesUnread } from "./timeline.ts";

/** How many pages are read to find where reading begins. Beyond them the view opens at the end, without a line. */
const PAGES_TO_UNREAD = 4;

/** Above which message the line of new messages stands. Once found it stays, whatever is read or arrives while the conversation is open. */
export function useUnreadFrom(
  conversation: Conversation,
  ordered: readonly Message[],
  messages: Pick<
    UseInfiniteQueryResult<InfiniteData<unknown>>,
    "data" | "hasNextPage" | "isFetchNextPageError" | "isFetchingNextPage" | "fetchNextPage"
  >,
): { from: string | null; searching: boolean } {
  const [readUpTo] = useState(() => (conversation.unread ? (conversation.readUpTo ?? "") : null));
  const [from, setFrom] = useState<string | null>(null);
  const { data, hasNextPage, isFetchNextPageError, isFetchingNextPage, fetchNextPage } = messages;
  const reaches = readUpTo === null || !hasNextPage || reachesUnread(ordered, readUpTo);
  const searching =
    from === null && data !== undefined && !reaches && !isFetchNextPageError && data.pages.length < PAGES_TO_UNREAD;
  useEffect(() => {
    if (searching && !isFetchingNextPage) void fetchNextPage();
  }, [searching, isFetchingNextPage, fetchNextPage]);
  // Set while rendering, so that the first rows that are shown have the line.
  const found = from === null && readUpTo !== null && reaches ? firstUnread(ordered, readUpTo) : null;
  if (found !== null) setFrom(found);
  return { from: from ?? found, searching };
}

/** Marks the conversation as read when its newest message is visible and the window has the focus. */
export function useReadMark(conversation: Conversation, seen: boolean): void {
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
