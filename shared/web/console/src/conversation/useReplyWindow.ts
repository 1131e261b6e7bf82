import type { Capabilities, Conversation } from "@recado/lib/protocol";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { capabilitiesQuery } from "../api/queries.ts";
import { serverNow } from "../core/clock.ts";
import { type WayOut, wayOutOf } from "./wayOut.ts";
import { type ReplyWindow, replyWindow } from "./window.ts";

/** The countdown is updated this often, in ms. */
const EVERY = 15_000;

/** The reply window, as it is at this moment and at the moment at which it closes. */
export function useReplyWindow(conversation: Conversation, able: Capabilities | undefined): ReplyWindow {
  const now = serverNow();
  const window = able ? replyWindow(conversation, able, now) : { open: true as const, closesIn: null };
  const closes = conversation.windowUntil === null ? Number.POSITIVE_INFINITY : Date.parse(conversation.windowUntil);
  const [, setTick] = useState(0);
  const wait = window.open ? Math.min(EVERY, closes - now) : null;
  useEffect(() => {
    if (wait === null) return;
    const timer = setTimeout(() => setTick((ticks) => ticks + 1), wait);
    return () => clearTimeout(timer);
  });
  return window;
}

/** What can be done with free messages of the conversation that failed. */
export function useWayOut(conversation: Conversation): WayOut {
  const capabilities = useQuery(capabilitiesQuery).data;
  const able = capabilities?.find(({ channelType }) => channelType === conversation.channel.type);
  return wayOutOf(useReplyWindow(conversation, able), able);
}
