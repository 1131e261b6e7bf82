/** Recent frame items, the newest per subject. */
import type { FrameItem } from "@recado/lib/protocol";

/** Milliseconds that an item is kept: longer than any request takes. */
const REMEMBERED_FOR = 120_000;

export class Journal {
  private readonly words = new Map<string, { at: number; item: FrameItem }>();

  /** Records an item. Returns false when a newer one is known: frames may arrive out of order. */
  note(item: FrameItem): boolean {
    const now = performance.now();
    for (const [subject, { at }] of this.words) {
      if (now - at < REMEMBERED_FOR) break;
      this.words.delete(subject);
    }
    const subject = subjectOf(item);
    if (subject === undefined) return true;
    const last = this.words.get(subject);
    if (last && orderOf(last.item) > orderOf(item)) return false;
    this.words.delete(subject);
    this.words.set(subject, { at: now, item });
    return true;
  }

  items(): FrameItem[] {
    return [...this.words.values()].map(({ item }) => item);
  }

  clear(): void {
    this.words.clear();
  }
}

/** Ephemeral items, such as typing, have no subject. */
function subjectOf(item: FrameItem): string | undefined {
  switch (item.type) {
    case "conversation.upserted":
      return `conversation ${item.conversation.id}`;
    case "message.upserted":
      return `message ${item.message.id}`;
    case "message.removed":
      return `message ${item.messageId}`;
    case "event.appended":
      return `event ${item.event.id}`;
    case "read":
      return `read ${item.conversationId}`;
    default:
      return undefined;
  }
}

function orderOf(item: FrameItem): number {
  switch (item.type) {
    case "conversation.upserted":
      return item.conversation.version;
    case "message.upserted":
      return item.message.version;
    case "message.removed":
      return Number.POSITIVE_INFINITY;
    case "read":
      return Date.parse(item.at);
    default:
      return 0;
  }
}
