import type { Reasons } from "../ui/errors.ts";

/** Texts for reasons why a message is not sent. They take the channel's name as a value. */
export const messageReasons = {
  window_closed: "composer.windowClosed",
  template_unavailable: "composer.templateUnavailable",
  unsupported: "error.unsupported",
} as const satisfies Reasons;

/** Texts for reasons why an operator is not given a conversation. */
export const assignReasons = {
  inactive: "conversation.cannotReceive",
  cannot_reply: "conversation.cannotReceive",
  not_granted: "conversation.cannotReceive",
} as const satisfies Reasons;

export const messageReason = (reason: string | undefined) =>
  Object.hasOwn(messageReasons, reason ?? "") ? messageReasons[reason as keyof typeof messageReasons] : undefined;
