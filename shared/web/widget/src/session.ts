/** Who the visitor is: a token that the server gave, kept for this site and page's origin. */
import { signal } from "@preact/signals";
import { type VisitorSession, visitorSession } from "@recado/lib/protocol/visitor";
import { type Api, Refusal, refusalOf } from "./api.ts";
import type { Keep } from "./storage.ts";
import { type Lock, pauseAfter, type Waiting } from "./waiting.ts";

export type Trouble = "unavailable" | "forbidden" | "notFound";

export interface Page {
  origin: string;
  url: string;
  title: string;
}

export class Session {
  readonly current = signal<VisitorSession | null>(null);
  /** Why there is none. Only `unavailable` passes by itself. */
  readonly trouble = signal<Trouble | null>(null);
  private opening: Promise<void> | undefined;

  constructor(
    private readonly site: string,
    private readonly page: Page,
    private readonly api: Api,
    private readonly keep: Keep,
    private readonly lock: Lock,
    private readonly clock: Waiting,
    /** Somebody else than before: nothing of what is shown is theirs. */
    private readonly onStranger: () => void,
  ) {
    api.renew = (stale) => (stale === api.token ? this.open() : Promise.resolve());
  }

  private get key(): string {
    return `recado:${this.site}:${this.page.origin}:token`;
  }

  /** Whether this visitor was here before. */
  get known(): boolean {
    return this.keep.get(this.key) !== null;
  }

  /** Resolves when the server has taken the visitor in; throws when it never will. */
  open(): Promise<void> {
    this.opening ??= this.ask().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async ask(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        // Two tabs that open at once are one visitor: the second finds the first one's token.
        await this.lock(this.key, () => this.askOnce());
        this.trouble.value = null;
        return;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal.code === "unauthenticated") {
          this.keep.set(this.key, null);
          this.api.token = null;
        } else if (!refusal.passing) {
          this.trouble.value = refusal.code === "not_found" ? "notFound" : "forbidden";
          throw new Refusal("forbidden");
        }
        this.trouble.value = "unavailable";
        await pauseAfter(this.clock, tries, refusal.retryAfter);
      }
    }
  }

  private async askOnce(): Promise<void> {
    const { origin } = this.page;
    const token = this.keep.get(this.key) ?? this.api.token ?? undefined;
    const session = await this.api.post("/sessions", { site: this.site, origin, token }, visitorSession);
    const before = this.current.peek();
    this.keep.set(this.key, session.token);
    this.api.token = session.token;
    this.current.value = session;
    if (before && before.visitorId !== session.visitorId) this.onStranger();
  }
}
