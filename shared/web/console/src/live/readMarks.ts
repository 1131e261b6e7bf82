/** How long the server waits for the next mark of a conversation in which messages keep coming, in milliseconds. */
export const MARK_EVERY = 10_000;

/**
 * Tells the server how far conversations were read: of each the first mark at once, and then the newest of those that come within
 * MARK_EVERY. A mark costs as much as a message, and a customer who writes five lines needs one.
 */
export class ReadMarks {
  /** By conversation, what is told when its timer ends. */
  private readonly waiting = new Map<string, () => void>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  mark(conversationId: string, tell: () => void): void {
    if (this.timers.has(conversationId)) this.waiting.set(conversationId, tell);
    else this.now(conversationId, tell);
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

  private now(conversationId: string, tell: () => void): void {
    const next = () => {
      this.timers.delete(conversationId);
      const waiting = this.waiting.get(conversationId);
      this.waiting.delete(conversationId);
      if (waiting) this.now(conversationId, waiting);
    };
    this.timers.set(conversationId, setTimeout(next, MARK_EVERY));
    tell();
  }
}
