/** What was said lately, the newest word on each subject: also on what no list shows any more. */
import type { FrameItem } from "@recado/lib/protocol";

/** Longer than any answer may take. */
const REMEMBERED_FOR = 120_000;

export class Journal {
  private readonly words = new Map<string, { at: number; item: FrameItem }>();

  /** Whether it is news. Two lanes bring frames, so an older word may come after a newer one, which then stands. */
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

/** What passes by itself, like typing, has no subject. */
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
