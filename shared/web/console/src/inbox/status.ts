import type { Key } from "@recado/lib/i18n";
import type { ConversationStatus } from "@recado/lib/protocol";

export const statusKeys: Record<ConversationStatus, Key> = {
  open: "status.open",
  pending: "status.pending",
  snoozed: "status.snoozed",
  held: "status.held",
  resolved: "status.resolved",
};
