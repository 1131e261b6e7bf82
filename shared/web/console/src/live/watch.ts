/**
 * Tells the server whether somebody looks at this browser, and at which conversation. While nobody looks, the lists are not pushed; so when
 * the server confirms that they are again, what was fetched before may be old.
 */
import type { ViewAction } from "@recado/lib/protocol";

/** A tab that is hidden for less, in milliseconds, stays up to date. */
const HIDDEN_AFTER = 30_000;
/** The view is sent again when its confirmation has not come by then, in milliseconds. */
const CONFIRMED_WITHIN = 5_000;

export class Watch {
  private conversationId: string | null = null;
  private own = false;
  private online = false;
  private hidden: boolean;
  private confirmed = false;
  private missed: "everything" | "lists" = "everything";
  private hiding: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (action: ViewAction) => void,
    private readonly visible: () => boolean,
    /** What is shown is pushed from now on, after it was not: nothing was, or no other lists than the operator's own. */
    private readonly onConfirmed: (missed: "everything" | "lists") => void,
  ) {
    this.hidden = !visible();
  }

  looksAt(conversationId: string | null): void {
    this.conversationId = conversationId;
    this.tell();
  }

  /** Whether the list is that of the operator's own conversations. Of others it is told little, so when it shows them they may be old. */
  lists(own: boolean): void {
    if (own === this.own) return;
    this.own = own;
    if (!own && this.confirmed) {
      this.confirmed = false;
      this.missed = "lists";
    }
    this.tell();
  }

  /** A new socket knows nothing of what the last one said. */
  connected(online: boolean): void {
    this.online = online;
    this.lose();
    this.tell();
  }

  visibilityChanged(): void {
    clearTimeout(this.hiding);
    this.hiding = undefined;
    if (!this.visible()) {
      this.hiding = setTimeout(() => {
        this.hidden = true;
        this.lose();
        this.tell();
      }, HIDDEN_AFTER);
    } else if (this.hidden) {
      this.hidden = false;
      this.tell();
    }
  }

  /** The server answered a view. */
  heard(): void {
    if (this.confirmed || this.hidden) return;
    this.confirmed = true;
    clearTimeout(this.again);
    this.onConfirmed(this.missed);
  }

  close(): void {
    this.online = false;
    clearTimeout(this.hiding);
    clearTimeout(this.again);
  }

  private lose(): void {
    this.confirmed = false;
    this.missed = "everything";
  }

  private tell(): void {
    clearTimeout(this.again);
    if (!this.online) return;
    if (this.hidden) {
      this.send({ action: "view", conversationId: null, hidden: true });
      return;
    }
    this.send({ action: "view", conversationId: this.conversationId, ...(this.own && { own: true }) });
    if (!this.confirmed) this.again = setTimeout(() => this.tell(), CONFIRMED_WITHIN);
  }
}
