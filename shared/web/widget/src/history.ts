/** The messages that are loaded: fetched in pages, changed by what is pushed. The highest version of each wins. */
import { batch, signal } from "@preact/signals";
import type { VisitorItem, VisitorMessage } from "@recado/lib/protocol/visitor";

export interface MessagePage {
  items: VisitorMessage[];
  nextCursor: string | null;
}

/** A refresh reads again what is shown, but not a whole life. */
const MOST_PAGES = 10;

const before = (a: VisitorMessage, b: VisitorMessage): number =>
  Date.parse(a.sentAt) - Date.parse(b.sentAt) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** A partial one brings states but no text, so the text that is known stays. */
function newer(known: VisitorMessage | undefined, next: VisitorMessage, partial: boolean): VisitorMessage {
  if (!known) return next;
  if (known.version > next.version || (known.version === next.version && partial)) return known;
  return partial ? { ...next, text: known.text } : next;
}

export class History {
  readonly messages = signal<readonly VisitorMessage[]>([]);
  readonly loaded = signal(false);
  readonly older = signal<"none" | "more" | "loading" | "failed">("none");
  private cursor: string | null = null;
  /** What was pushed while a refresh was under way, which may not know of it. */
  private arrived = new Set<string>();
  private refreshing: Promise<void> | undefined;
  private again = false;
  private era = 0;

  constructor(private readonly page: (cursor: string | null) => Promise<MessagePage>) {}

  apply(item: VisitorItem): void {
    if (item.type !== "message.upserted") return;
    this.arrived.add(item.message.id);
    this.merge([item.message], item.partial);
  }

  /** Reads again what is loaded; at first that is the newest page. Asked for while it runs, it runs once more. */
  refresh(): Promise<void> {
    if (this.refreshing) this.again = true;
    this.refreshing ??= this.reread().finally(() => {
      this.refreshing = undefined;
      if (this.again) {
        this.again = false;
        void this.refresh().catch(() => {});
      }
    });
    return this.refreshing;
  }

  async loadOlder(): Promise<void> {
    if (this.cursor === null || this.older.peek() === "loading") return;
    const { era } = this;
    this.older.value = "loading";
    try {
      const { items, nextCursor } = await this.page(this.cursor);
      if (era !== this.era) return;
      batch(() => {
        this.continueAt(nextCursor);
        this.merge(items, false);
      });
    } catch {
      if (era === this.era) this.older.value = "failed";
    }
  }

  forget(): void {
    this.era += 1;
    batch(() => {
      this.messages.value = [];
      this.loaded.value = false;
      this.continueAt(null);
    });
  }

  private async reread(): Promise<void> {
    const { era } = this;
    const [oldest] = this.messages.peek();
    const first = !this.loaded.peek();
    const found: VisitorMessage[] = [];
    let cursor: string | null = null;
    this.arrived.clear();
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const answer = await this.page(cursor);
      if (era !== this.era) return;
      found.unshift(...answer.items);
      cursor = answer.nextCursor;
      const [reached] = found;
      if (cursor === null || first || !oldest || (reached && before(reached, oldest) <= 0)) break;
    }
    batch(() => {
      this.dropMissing(found);
      this.merge(found, false);
      this.continueAt(cursor);
      this.loaded.value = true;
    });
  }

  /** What the server did not answer again is gone, unless it is so new that the answer may not know of it. */
  private dropMissing(found: readonly VisitorMessage[]): void {
    const newest = found.at(-1);
    if (!newest) return;
    const ids = new Set(found.map(({ id }) => id));
    this.messages.value = this.messages
      .peek()
      .filter((known) => ids.has(known.id) || this.arrived.has(known.id) || before(newest, known) < 0);
  }

  private continueAt(cursor: string | null): void {
    this.cursor = cursor;
    this.older.value = cursor === null ? "none" : "more";
  }

  private merge(next: readonly VisitorMessage[], partial: boolean): void {
    const byId = new Map(this.messages.peek().map((message) => [message.id, message]));
    for (const message of next) {
      byId.set(message.id, newer(byId.get(message.id), message, partial));
    }
    this.messages.value = [...byId.values()].sort(before);
  }
}
