/** The loaded messages: fetched in pages, updated by pushes. The highest version of a message wins. */
import { batch, signal } from "@preact/signals";
import type { VisitorItem, VisitorMessage } from "@recado/lib/protocol/visitor";

export interface MessagePage {
  items: VisitorMessage[];
  nextCursor: string | null;
}

/** Upper limit of pages that a refresh reads. */
const MAX_PAGES = 10;

const compare = (a: VisitorMessage, b: VisitorMessage): number =>
  Date.parse(a.sentAt) - Date.parse(b.sentAt) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** A partial message lacks its text, or all content: the known content stays until it is fetched. */
function newer(known: VisitorMessage | undefined, next: VisitorMessage, partial: boolean): VisitorMessage {
  if (!known) return next;
  if (known.version > next.version || (known.version === next.version && partial)) return known;
  return partial ? { ...known, status: next.status, version: next.version } : next;
}

export class History {
  readonly messages = signal<readonly VisitorMessage[]>([]);
  readonly loaded = signal(false);
  readonly older = signal<"none" | "more" | "loading" | "failed">("none");
  private cursor: string | null = null;
  /** Messages pushed during a refresh; its response may not contain them. */
  private pushed = new Set<string>();
  private refreshing: Promise<void> | undefined;
  private refreshAgain = false;
  private generation = 0;

  constructor(private readonly page: (cursor: string | null) => Promise<MessagePage>) {}

  apply(item: VisitorItem): void {
    if (item.type !== "message.upserted") return;
    this.pushed.add(item.message.id);
    this.merge([item.message], item.partial);
  }

  /** Reloads the loaded range, at first the newest page. A call during a refresh runs one more afterwards. */
  refresh(): Promise<void> {
    if (this.refreshing) this.refreshAgain = true;
    this.refreshing ??= this.reload().finally(() => {
      this.refreshing = undefined;
      if (this.refreshAgain) {
        this.refreshAgain = false;
        void this.refresh().catch(() => {});
      }
    });
    return this.refreshing;
  }

  async loadOlder(): Promise<void> {
    if (this.cursor === null || this.older.peek() === "loading") return;
    const { generation } = this;
    this.older.value = "loading";
    try {
      const { items, nextCursor } = await this.page(this.cursor);
      if (generation !== this.generation) return;
      batch(() => {
        this.setCursor(nextCursor);
        this.merge(items, false);
      });
    } catch {
      if (generation === this.generation) this.older.value = "failed";
    }
  }

  reset(): void {
    this.generation += 1;
    batch(() => {
      this.messages.value = [];
      this.loaded.value = false;
      this.setCursor(null);
    });
  }

  private async reload(): Promise<void> {
    const { generation } = this;
    const [oldest] = this.messages.peek();
    const first = !this.loaded.peek();
    const found: VisitorMessage[] = [];
    let cursor: string | null = null;
    this.pushed.clear();
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const answer = await this.page(cursor);
      if (generation !== this.generation) return;
      found.unshift(...answer.items);
      cursor = answer.nextCursor;
      const [reached] = found;
      if (cursor === null || first || !oldest || (reached && compare(reached, oldest) <= 0)) break;
    }
    batch(() => {
      this.dropMissing(found);
      this.merge(found, false);
      this.setCursor(cursor);
      this.loaded.value = true;
    });
  }

  /** Removes messages that the server no longer returns, except those newer than its response. */
  private dropMissing(found: readonly VisitorMessage[]): void {
    const newest = found.at(-1);
    if (!newest) return;
    const ids = new Set(found.map(({ id }) => id));
    this.messages.value = this.messages
      .peek()
      .filter((known) => ids.has(known.id) || this.pushed.has(known.id) || compare(newest, known) < 0);
  }

  private setCursor(cursor: string | null): void {
    this.cursor = cursor;
    this.older.value = cursor === null ? "none" : "more";
  }

  private merge(next: readonly VisitorMessage[], partial: boolean): void {
    const byId = new Map(this.messages.peek().map((message) => [message.id, message]));
    for (const message of next) {
      byId.set(message.id, newer(byId.get(message.id), message, partial));
    }
    this.messages.value = [...byId.values()].sort(compare);
  }
}
