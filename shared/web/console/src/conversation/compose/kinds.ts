/** Message types that the composer offers beside text and files. */
import type { Capabilities } from "@recado/lib/protocol";

const more = ["location", "contacts", "interactive", "sticker"] as const;
export type MoreKind = (typeof more)[number];

/** Only types that the channel supports and whose limits are known. */
export function offered(able: Capabilities): MoreKind[] {
  const sendable = new Set(able.types);
  return more.filter((kind) => {
    if (!sendable.has(kind)) return false;
    if (kind === "interactive") return Boolean(able.interactive);
    return kind !== "sticker" || able.attachments.some(({ type }) => type === "sticker");
  });
}
