import type { ConversationStatus } from "@recado/lib/protocol";
import type { Key } from "../core/texts.ts";

export const statusKeys: Record<ConversationStatus, Key> = {
  open: "status.open",
  pending: "status.pending",
  snoozed: "status.snoozed",
  held: "status.held",
  resolved: "status.resolved",
};
