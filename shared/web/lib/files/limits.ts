/** Checks files against the limits of a channel before an upload. The server checks again, and looks at the content. */
import type { FileKind } from "../protocol/index.ts";

export interface FileLimits {
  attachments: readonly { type: FileKind; accept: readonly string[]; maxSize: number }[];
}

/** Without a kind, all but stickers: an attached WebP image must not become a sticker. */
const limitsOf = (able: FileLimits, kind?: FileKind) =>
  able.attachments.filter(({ type }) => (kind ? type === kind : type !== "sticker"));

/** The value of a file input's `accept` attribute. */
export const accepted = (able: FileLimits, kind?: FileKind): string =>
  limitsOf(able, kind)
    .flatMap(({ accept }) => accept)
    .join(",");

export interface Refusal {
  refused: "tooLarge" | "empty" | "wrongType";
  limit: number;
}
export type FileVerdict = { kind: FileKind } | Refusal;

/** Checks a file against one kind, or against all kinds that can be attached. Browsers leave the type of unknown files empty. */
export function checkFile(
  file: { name: string; type: string; size: number },
  able: FileLimits,
  kind?: FileKind,
): FileVerdict {
  const type = (file.type.split(";")[0] || file.name.slice(file.name.lastIndexOf("."))).trim().toLowerCase();
  const limit = limitsOf(able, kind).find(({ accept }) => accept.includes(type));
  if (!limit) return { refused: "wrongType", limit: 0 };
  if (file.size === 0) return { refused: "empty", limit: limit.maxSize };
  if (file.size > limit.maxSize) return { refused: "tooLarge", limit: limit.maxSize };
  return { kind: limit.type };
}
