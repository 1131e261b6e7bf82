import type { Conversation, MessageType } from "@recado/lib/protocol";
import type { Key } from "../core/texts.ts";

/** What a message without text is called. */
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

/** What a list says of the newest message when it has no words; nothing when there is none. */
export function previewKey(preview: Conversation["preview"]): Key {
  if (!preview) return "inbox.preview.none";
  return preview.revoked ? "message.revoked" : previewKeys[preview.type];
}
