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
    "data" | "refetch" | "hasNextPage" | "isFetchNextPageError" | "isFetchingNextPage" | "fetchNextPage"
  >,
): { from: string | null; searching: boolean } {
  const [readUpTo] = useState(() => (conversation.unread ? (conversation.readUpTo ?? "") : null));
  const [lastInboundId] = useState(conversation.lastInboundId);
  const [from, setFrom] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const { data, refetch, hasNextPage, isFetchNextPageError, isFetchingNextPage, fetchNextPage } = messages;
  const reaches = readUpTo === null || !hasNextPage || reachesUnread(ordered, readUpTo);
  const unknown = readUpTo !== null && from === null && data !== undefined;
  // Messages that were loaded earlier may lack the new ones: their frames go to viewers only.
  const behind = unknown && !asked && (ordered.at(-1)?.id ?? "") < (lastInboundId ?? "");
  useEffect(() => {
    if (behind) void refetch({ cancelRefetch: false }).finally(() => setAsked(true));
  }, [behind, refetch]);
  const above = unknown && !behind && !reaches && !isFetchNextPageError && data.pages.length < PAGES_TO_UNREAD;
  useEffect(() => {
    if (above && !isFetchingNextPage) void fetchNextPage();
  }, [above, isFetchingNextPage, fetchNextPage]);
  // Set while rendering, so that the first rows that are shown have the line.
  const found = unknown && !behind && reaches ? firstUnread(ordered, readUpTo) : null;
  if (found !== null) setFrom(found);
  return { from: from ?? found, searching: behind || above };
}

/** Marks the conversation as read when its newest message is visible and the window has the focus. */
export function useReadMark(conversation: Conversation, seen: boolean): void {
  const { live } = useLive();
  const { mutateAsync } = useConversationAction(conversation.id);
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
    live.readMarks.mark(id, () => mutateAsync({ verb: "read", body: { readUpTo: lastInboundId } }));
  }, [mayRead, seen, focused, unread, lastInboundId, live, id, mutateAsync]);
}
