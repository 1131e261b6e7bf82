/** The visitor's session. Its token is stored per site and origin of the embedding page. */
import { signal } from "@preact/signals";
import { type VisitorSession, visitorSession } from "@recado/lib/protocol/visitor";
import { type Api, ApiError, toApiError } from "./api.ts";
import { type Lock, type RetryTimer, waitBeforeRetry } from "./retry.ts";
import type { KeyValueStore } from "./storage.ts";

export type SessionError = "unavailable" | "forbidden" | "notFound";

export interface Page {
  origin: string;
  url: string;
  title: string;
}

export class Session {
  readonly current = signal<VisitorSession | null>(null);
  /** Why there is no session. Only `unavailable` is retried. */
  readonly error = signal<SessionError | null>(null);
  private opening: Promise<void> | undefined;

  constructor(
    private readonly site: string,
    private readonly page: Page,
    private readonly api: Api,
    private readonly store: KeyValueStore,
    private readonly lock: Lock,
    private readonly timer: RetryTimer,
    /** Called when the server creates a new visitor: the shown messages belong to the previous one. */
    private readonly onVisitorChanged: () => void,
  ) {
    api.renew = (stale) => (stale === api.token ? this.open() : Promise.resolve());
  }

  private get key(): string {
    return `recado:${this.site}:${this.page.origin}:token`;
  }

  /** Whether this browser has a token from an earlier visit. */
  get hasToken(): boolean {
    return this.store.get(this.key) !== null;
  }

  /** Resolves when the session is open; throws on a permanent error. */
  open(): Promise<void> {
    this.opening ??= this.openWithRetry().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async openWithRetry(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        // Tabs that open at the same time share one visitor: the second one finds the token of the first.
        await this.lock(this.key, () => this.requestSession());
        this.error.value = null;
        return;
      } catch (error) {
        const failure = toApiError(error);
        if (failure.code === "unauthenticated") {
          this.store.set(this.key, null);
          this.api.token = null;
        } else if (!failure.retryable) {
          this.error.value = failure.code === "not_found" ? "notFound" : "forbidden";
          throw new ApiError("forbidden");
        }
        this.error.value = "unavailable";
        await waitBeforeRetry(this.timer, tries, failure.retryAfter);
      }
    }
  }

  private async requestSession(): Promise<void> {
    const { origin } = this.page;
    const token = this.store.get(this.key) ?? this.api.token ?? undefined;
    const session = await this.api.post("/sessions", { site: this.site, origin, token }, visitorSession);
    const before = this.current.peek();
    this.store.set(this.key, session.token);
    this.api.token = session.token;
    this.current.value = session;
    if (before && before.visitorId !== session.visitorId) this.onVisitorChanged();
  }
}
