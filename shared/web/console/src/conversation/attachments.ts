/** Which file types may have a caption, and the texts for rejected files. */
import type { Refusal } from "@recado/lib/files";
import type { Capabilities, FileKind } from "@recado/lib/protocol";
import type { Key } from "../core/texts.ts";

export const carriesText = (kind: FileKind, able: Capabilities): boolean =>
  able.attachments.some(({ type, caption }) => type === kind && caption);

const wrongType: Record<FileKind | "any", Key> = {
  any: "composer.fileWrongType",
  image: "composer.imageWrongType",
  audio: "composer.fileWrongType",
  video: "composer.videoWrongType",
  document: "composer.documentWrongType",
  sticker: "composer.stickerWrongType",
};

/** The text for a rejected file, with placeholders for its name and the limit. */
export function refusalKey({ refused }: Refusal, kind?: FileKind): Key {
  if (refused === "wrongType") return wrongType[kind ?? "any"];
  return refused === "empty" ? "composer.fileEmpty" : "composer.fileTooLarge";
}
