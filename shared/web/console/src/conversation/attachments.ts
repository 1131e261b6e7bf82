/** What WhatsApp takes. Checked before a byte leaves, and again by the server. */
export type FileKind = "image" | "audio" | "video" | "document";

const MB = 1024 * 1024;

export const limits: Record<FileKind, number> = {
  image: 5 * MB,
  audio: 16 * MB,
  video: 16 * MB,
  document: 100 * MB,
};

const kinds: Record<string, FileKind> = {
  "image/jpeg": "image",
  "image/png": "image",
  "video/mp4": "video",
  "video/3gpp": "video",
  "audio/aac": "audio",
  "audio/amr": "audio",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/ogg": "audio",
  "application/pdf": "document",
  "text/plain": "document",
  "application/msword": "document",
  "application/vnd.ms-excel": "document",
  "application/vnd.ms-powerpoint": "document",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "document",
};

/** What the dialog for choosing a file offers. */
export const accepted = Object.keys(kinds).join(",");

export type FileVerdict =
  | { kind: FileKind }
  | { refused: "tooLarge"; limit: number }
  | { refused: "empty" | "wrongType" };

export function checkFile(file: { type: string; size: number }): FileVerdict {
  const kind = kinds[file.type.split(";")[0]?.trim().toLowerCase() ?? ""];
  if (!kind) return { refused: "wrongType" };
  if (file.size === 0) return { refused: "empty" };
  if (file.size > limits[kind]) return { refused: "tooLarge", limit: limits[kind] };
  return { kind };
}
