/** Until when the channel lets us write freely. */
import type { Conversation } from "@recado/lib/protocol";

export type ReplyWindow = { open: true; closesIn: number | null } | { open: false };

const WARN_WITHIN = 4 * 60 * 60_000;

/** `closesIn` is given only when it is near enough to matter. Our own web chat has no window. */
export function replyWindow(conversation: Conversation, now: number): ReplyWindow {
  if (conversation.channel.type === "webchat") return { open: true, closesIn: null };
  if (conversation.windowUntil === null) return { open: false };
  const left = Date.parse(conversation.windowUntil) - now;
  if (left <= 0) return { open: false };
  return { open: true, closesIn: left < WARN_WITHIN ? left : null };
}
