/** What a channel takes. Checked before a byte leaves, and again by the server. */
import type { FileKind } from "../protocol/index.ts";

export interface FileLimits {
  attachments: readonly { type: FileKind; mimes: readonly string[]; maxSize: number }[];
}

/** A sticker is sent on purpose: a picture of the same kind of file must not become one by being attached. */
const limitsOf = (able: FileLimits, kind?: FileKind) =>
  able.attachments.filter(({ type }) => (kind ? type === kind : type !== "sticker"));

/** What the dialog for choosing a file offers. */
export const accepted = (able: FileLimits, kind?: FileKind): string =>
  limitsOf(able, kind)
    .flatMap(({ mimes }) => mimes)
    .join(",");

export interface Refusal {
  refused: "tooLarge" | "empty" | "wrongType";
  limit: number;
}
export type FileVerdict = { kind: FileKind } | Refusal;

/** Of one kind if it is named, or else of any kind that may be attached. */
export function checkFile(file: { type: string; size: number }, able: FileLimits, kind?: FileKind): FileVerdict {
  const mime = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  const limit = limitsOf(able, kind).find(({ mimes }) => mimes.includes(mime));
  if (!limit) return { refused: "wrongType", limit: 0 };
  if (file.size === 0) return { refused: "empty", limit: limit.maxSize };
  if (file.size > limit.maxSize) return { refused: "tooLarge", limit: limit.maxSize };
  return { kind: limit.type };
}
