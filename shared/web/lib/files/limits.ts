/** What a channel takes. Checked before a byte leaves, and again by the server. */
import type { FileKind } from "../protocol/index.ts";

export interface FileLimits {
  attachments: readonly { type: FileKind; mimes: readonly string[]; maxSize: number }[];
}

/** What the dialog for choosing a file offers. */
export const accepted = (able: FileLimits): string => able.attachments.flatMap(({ mimes }) => mimes).join(",");

export type FileVerdict =
  | { kind: FileKind }
  | { refused: "tooLarge"; limit: number }
  | { refused: "empty" | "wrongType" };

export function checkFile(file: { type: string; size: number }, able: FileLimits): FileVerdict {
  const mime = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  const limit = able.attachments.find(({ mimes }) => mimes.includes(mime));
  if (!limit) return { refused: "wrongType" };
  if (file.size === 0) return { refused: "empty" };
  if (file.size > limit.maxSize) return { refused: "tooLarge", limit: limit.maxSize };
  return { kind: limit.type };
}
