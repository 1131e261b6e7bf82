import type { Conversation } from "@recado/lib/protocol";
import * as wire from "@recado/lib/protocol";
import { getList, withQuery } from "../api/client.ts";

/** How many conversations a request may name, and how long they are gathered, in milliseconds. */
export const NAMED_MOST = 50;
export const GATHER = 200;

/**
 * Fetches the conversations that frames brought into a list: only the server knows whether this operator has read them, and whether the frame
 * is older than the list. They are gathered, and fetched by one request at a time: a frame brings dozens while many customers write.
 */
export class Entered {
  private readonly ids = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly answered: (conversations: Conversation[]) => void) {}

  add(id: string): void {
    this.ids.add(id);
    this.timer ??= setTimeout(() => void this.fetch(), GATHER);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.ids.clear();
  }

  private async fetch(): Promise<void> {
    const ids = [...this.ids].slice(0, NAMED_MOST);
    for (const id of ids) this.ids.delete(id);
    const timer = this.timer;
    try {
      const { items } = await getList(withQuery("/conversations", { ids: ids.join(",") }), wire.conversation);
      if (this.timer === timer) this.answered(items);
    } catch {
      // What the frames said stays until the next one.
    }
    if (this.timer !== timer) return; // cleared meanwhile
    this.timer = this.ids.size > 0 ? setTimeout(() => void this.fetch(), GATHER) : undefined;
  }
}
