import { ApiError } from "../core/errors.ts";

/** How long the server waits for the second mark of a conversation in which messages keep coming, and at most for a later one, in milliseconds. */
export const MARK_FIRST = 5_000;
export const MARK_MOST = 30_000;

type Tell = () => Promise<unknown>;

/**
 * Tells the server how far conversations were read: of each the first mark at once, and of those that follow the newest, after a wait that
 * doubles while they keep coming. A mark costs as much as a message, and a customer who writes ten lines needs three. A mark that did not
 * reach the server is told again after the wait.
 */
export class ReadMarks {
  /** By conversation, what is told when its timer ends. */
  private readonly waiting = new Map<string, Tell>();
  /** By conversation, what was told last. */
  private readonly told = new Map<string, Tell>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  mark(conversationId: string, tell: Tell): void {
    if (this.timers.has(conversationId)) this.waiting.set(conversationId, tell);
    else this.now(conversationId, tell, MARK_FIRST);
  }

  /** Forgets a mark that waits: the conversation was marked as unread. */
  drop(conversationId: string): void {
    this.waiting.delete(conversationId);
    this.told.delete(conversationId);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.waiting.clear();
    this.told.clear();
  }

  private now(conversationId: string, tell: Tell, wait: number): void {
    const next = () => {
      this.timers.delete(conversationId);
      const waiting = this.waiting.get(conversationId);
      this.waiting.delete(conversationId);
      if (waiting) this.now(conversationId, waiting, Math.min(2 * wait, MARK_MOST));
    };
    this.timers.set(conversationId, setTimeout(next, wait));
    this.told.set(conversationId, tell);
    tell().catch((error: unknown) => {
      const newest = this.told.get(conversationId) === tell && !this.waiting.has(conversationId);
      if (!newest || (error instanceof ApiError && !error.passing)) return;
      this.waiting.set(conversationId, tell);
      if (!this.timers.has(conversationId)) this.timers.set(conversationId, setTimeout(next, wait));
    });
  }
}
