import type { Conversation, MessageType } from "@recado/lib/protocol";
import { isBlank, withVisibleOverrides } from "@recado/lib/text";
import type { Key } from "../core/texts.ts";

/** The label of a message without text. */
export const previewKeys: Record<MessageType, Key> = {
  text: "message.kind.text",
  image: "message.kind.image",
  audio: "message.kind.audio",
  video: "message.kind.video",
  document: "message.kind.document",
  sticker: "message.kind.sticker",
  location: "message.kind.location",
  contacts: "message.kind.contacts",
  interactive: "message.kind.interactive",
  template: "message.kind.template",
  reaction: "message.kind.reaction",
  comment: "message.kind.comment",
  question: "message.kind.question",
  system: "message.kind.system",
  unsupported: "message.kind.unsupported",
};

/** The text of a conversation's latest message, "" for one without. */
export const previewText = (preview: Conversation["preview"]): string =>
  preview && !isBlank(preview.text) ? withVisibleOverrides(preview.text) : "";

/** The label of a conversation's latest message when it has no text. */
export function previewKey(preview: Conversation["preview"]): Key {
  if (!preview) return "inbox.preview.none";
  return preview.revoked ? "message.revoked" : previewKeys[preview.type];
}
