/** Tells the operators what has arrived and what was read: gathered for a moment, at most fifty at once, each once. */
import type { VisitorMessage } from "@recado/lib/protocol/visitor";

export type Receipt = "delivered" | "read";

const GATHER = 300;
const AT_ONCE = 50;
const rank: Record<string, number> = { delivered: 1, read: 2 };

export class Receipts {
  private told = new Map<string, Receipt>();
  private due = new Map<string, { status: Receipt; conversationId: string }>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly post: (status: Receipt, conversationId: string, messageIds: string[]) => Promise<void>,
  ) {}

  tell(status: Receipt, messages: readonly VisitorMessage[]): void {
    for (const { id, conversationId, direction, status: known } of messages) {
      const reached = Math.max(
        rank[known] ?? 0,
        rank[this.told.get(id) ?? ""] ?? 0,
        rank[this.due.get(id)?.status ?? ""] ?? 0,
      );
      if (direction === "out" && known !== "failed" && reached < (rank[status] ?? 0)) {
        this.due.set(id, { status, conversationId });
      }
    }
    if (this.due.size > 0) this.timer ??= setTimeout(() => void this.flush(), GATHER);
  }

  private async flush(): Promise<void> {
    const due = this.due;
    this.due = new Map();
    this.timer = undefined;
    const batches = new Map<string, { status: Receipt; conversationId: string; ids: string[] }>();
    for (const [id, { status, conversationId }] of due) {
      this.told.set(id, status);
      const key = `${status} ${conversationId}`;
      const open = batches.get(key) ?? { status, conversationId, ids: [] };
      batches.set(key, open);
      open.ids.push(id);
    }
    for (const { status, conversationId, ids } of batches.values()) {
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const part = ids.slice(from, from + AT_ONCE);
        try {
          await this.post(status, conversationId, part);
        } catch {
          // It is told again with what comes next, or when the messages are read again.
          for (const id of part) if (this.told.get(id) === status) this.told.delete(id);
        }
      }
    }
  }
}
