/** How long the server waits for the second mark of a conversation in which messages keep coming, and at most for a later one, in milliseconds. */
export const MARK_FIRST = 5_000;
export const MARK_MOST = 30_000;

/**
 * Tells the server how far conversations were read: of each the first mark at once, and of those that follow the newest, after a wait that
 * doubles while they keep coming. A mark costs as much as a message, and a customer who writes ten lines needs three.
 */
export class ReadMarks {
  /** By conversation, what is told when its timer ends. */
  private readonly waiting = new Map<string, () => void>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  mark(conversationId: string, tell: () => void): void {
    if (this.timers.has(conversationId)) this.waiting.set(conversationId, tell);
    else this.now(conversationId, tell, MARK_FIRST);
  }

  /** Forgets a mark that waits: the conversation was marked as unread. */
  drop(conversationId: string): void {
    this.waiting.delete(conversationId);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.waiting.clear();
  }

  private now(conversationId: string, tell: () => void, wait: number): void {
    const next = () => {
      this.timers.delete(conversationId);
      const waiting = this.waiting.get(conversationId);
      this.waiting.delete(conversationId);
      if (waiting) this.now(conversationId, waiting, Math.min(2 * wait, MARK_MOST));
    };
    this.timers.set(conversationId, setTimeout(next, wait));
    tell();
  }
}
