import type { Key } from "@recado/lib/i18n";
import type { MessageType } from "@recado/lib/protocol";

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
