/** The channel's reply window, in which free-form messages may be sent. */
import type { Capabilities, Conversation } from "@recado/lib/protocol";

export type ReplyWindow = { open: true; closesIn: number | null } | { open: false };

const WARN_WITHIN = 4 * 60 * 60_000;

/** `closesIn` is in milliseconds, and null while more than WARN_WITHIN is left. */
export function replyWindow(conversation: Conversation, able: Capabilities, now: number): ReplyWindow {
  if (able.windowSeconds === 0) return { open: true, closesIn: null };
  if (conversation.windowUntil === null) return { open: false };
  const left = Date.parse(conversation.windowUntil) - now;
  if (left <= 0) return { open: false };
  return { open: true, closesIn: left < WARN_WITHIN ? left : null };
}
