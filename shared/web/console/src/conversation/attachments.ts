/** Which kinds of file a channel lets carry words. */
import type { Capabilities, FileKind } from "@recado/lib/protocol";

export const carriesText = (kind: FileKind, able: Capabilities): boolean =>
  able.attachments.some(({ type, caption }) => type === kind && caption);
