/** Texts for reasons why a message is not sent. They take the channel's name as a value. */
import type { Message } from "@recado/lib/protocol";
import type { Reasons } from "../ui/errors.ts";

/** The service's own reasons, and those that channels give to their providers' codes. */
export const messageReasons = {
  channel_gone: "message.reason.channelGone",
  experiment: "message.reason.experiment",
  file_type: "message.reason.fileType",
  media_refused: "message.reason.media",
  not_now: "message.reason.notNow",
  opted_out: "message.reason.optedOut",
  phone_needed: "message.reason.phoneNeeded",
  recipient_is_sender: "message.reason.ownNumber",
  recipient_not_allowed: "message.reason.notAllowed",
  spam_limit: "message.reason.spamLimit",
  template: "message.reason.template",
  template_stopped: "message.reason.templateStopped",
  template_unavailable: "composer.templateUnavailable",
  undeliverable: "message.reason.undeliverable",
  unsupported: "error.unsupported",
  unsupported_type: "message.reason.type",
  window_closed: "composer.windowClosed",
} as const satisfies Reasons;

/** Texts for reasons why an operator is not given a conversation. */
export const assignReasons = {
  inactive: "conversation.cannotReceive",
  cannot_reply: "conversation.cannotReceive",
  not_granted: "conversation.cannotReceive",
} as const satisfies Reasons;

export const messageReason = (reason: string | undefined) =>
  Object.hasOwn(messageReasons, reason ?? "") ? messageReasons[reason as keyof typeof messageReasons] : undefined;

/** The text for a failed message; undefined when the provider's own is the only one. */
export const failureOf = ({ error }: Message) => messageReason(error?.reason) ?? messageReason(error?.code);
