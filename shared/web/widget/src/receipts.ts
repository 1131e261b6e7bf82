/** Sends delivery and read receipts in batches of one conversation and status. Each receipt is sent once. */
import type { VisitorMessage } from "@recado/lib/protocol/visitor";

export type Receipt = "delivered" | "read";

/** Receipts are collected for this time before they are sent, in ms. */
const BATCH_DELAY = 300;
const BATCH_SIZE = 50;
const rank: Record<string, number> = { delivered: 1, read: 2 };

export class Receipts {
  private sent = new Map<string, Receipt>();
  private pending = new Map<string, { status: Receipt; conversationId: string }>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly post: (status: Receipt, conversationId: string, messageIds: string[]) => Promise<void>,
  ) {}

  add(status: Receipt, messages: readonly VisitorMessage[]): void {
    for (const { id, conversationId, direction, status: known } of messages) {
      const reached = Math.max(
        rank[known] ?? 0,
        rank[this.sent.get(id) ?? ""] ?? 0,
        rank[this.pending.get(id)?.status ?? ""] ?? 0,
      );
      if (direction === "out" && known !== "failed" && reached < (rank[status] ?? 0)) {
        this.pending.set(id, { status, conversationId });
      }
    }
    if (this.pending.size > 0) this.timer ??= setTimeout(() => void this.flush(), BATCH_DELAY);
  }

  private async flush(): Promise<void> {
    const pending = this.pending;
    this.pending = new Map();
    this.timer = undefined;
    const batches = new Map<string, { status: Receipt; conversationId: string; ids: string[] }>();
    for (const [id, { status, conversationId }] of pending) {
      this.sent.set(id, status);
      const key = `${status} ${conversationId}`;
      const open = batches.get(key) ?? { status, conversationId, ids: [] };
      batches.set(key, open);
      open.ids.push(id);
    }
    for (const { status, conversationId, ids } of batches.values()) {
      for (let from = 0; from < ids.length; from += BATCH_SIZE) {
        const part = ids.slice(from, from + BATCH_SIZE);
        try {
          await this.post(status, conversationId, part);
        } catch {
          // Retried with the next batch or the next refresh.
          for (const id of part) if (this.sent.get(id) === status) this.sent.delete(id);
        }
      }
    }
  }
}
