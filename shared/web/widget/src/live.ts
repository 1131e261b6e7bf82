/** Applies what the socket pushes. Refreshes the history after each reconnect. */
import { signal } from "@preact/signals";
import { parseVisitorFrame, type VisitorAction, type VisitorItem, visitorTicket } from "@recado/lib/protocol/visitor";
import { type ConnectionState, openSocket, SignedOutError, type Socket } from "@recado/lib/socket";
import { type Api, toApiError } from "./api.ts";
import type { History } from "./history.ts";

/** If the socket cannot connect, messages are polled with each attempt, but not more often than this (ms). */
const OFFLINE_POLL = 10_000;
/** How long the first read waits for the socket, in ms, so that messages are not read twice. */
const SOCKET_GRACE = 2_000;
/** A typing indicator without an end disappears after this time, in ms. */
const TYPING_TIMEOUT = 6_000;
const TYPING_INTERVAL = 4_000;

export class Live {
  readonly state = signal<ConnectionState>("connecting");
  /** The name of who is typing, empty if unknown, null if nobody. */
  readonly typing = signal<string | null>(null);
  private socket: Socket<VisitorAction> | undefined;
  private refreshedAt = 0;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private typingSentAt: number | undefined;
  /** The server drops frames until then. */
  private limitedUntil = 0;

  constructor(
    private readonly api: Api,
    private readonly history: History,
  ) {}

  start(): void {
    if (this.socket) return;
    setTimeout(() => this.refresh(SOCKET_GRACE), SOCKET_GRACE);
    this.socket = openSocket<VisitorItem, VisitorAction>({
      ticket: () => this.ticket(),
      read: parseVisitorFrame,
      onFrame: (items) => items.forEach((item) => void this.apply(item)),
      onState: (state) => {
        this.state.value = state;
        if (state === "online") this.refresh(0);
        else if (state === "offline") this.refresh(OFFLINE_POLL);
      },
      // onState("online") already refreshes.
      onReconnect: () => {},
    });
  }

  nudge(): void {
    this.socket?.nudge();
  }

  /** Refreshes the history unless it was read within the last `minInterval` ms. */
  refresh(minInterval: number): void {
    const now = performance.now();
    if (this.refreshedAt > 0 && now - this.refreshedAt < minInterval) return;
    this.refreshedAt = now;
    this.history.refresh().catch(() => {
      // Read again at the next connection.
      this.refreshedAt = 0;
    });
  }

  sendTyping(on: boolean): void {
    clearTimeout(this.idleTimer);
    const now = performance.now();
    if (now < this.limitedUntil) return;
    if (on) {
      this.idleTimer = setTimeout(() => this.sendTyping(false), TYPING_TIMEOUT);
      if (this.typingSentAt !== undefined && now - this.typingSentAt < TYPING_INTERVAL) return;
      this.typingSentAt = now;
      this.socket?.send({ action: "typing", on: true });
    } else if (this.typingSentAt !== undefined) {
      this.typingSentAt = undefined;
      this.socket?.send({ action: "typing", on: false });
    }
  }

  private async ticket(): Promise<string> {
    try {
      const { url } = await this.api.post("/socket-tickets", {}, visitorTicket);
      return url;
    } catch (error) {
      if (toApiError(error).code === "forbidden") throw new SignedOutError();
      throw error;
    }
  }

  private apply(item: VisitorItem): void {
    if (item.type === "typing") this.setTyping(item.on ? item.by.name : null);
    else if (item.type === "limited") this.limitedUntil = performance.now() + item.retryAfter * 1000;
    else if (item.type !== "pong") this.history.apply(item);
    if (item.type !== "message.upserted") return;
    if (item.message.direction === "out") this.setTyping(null);
    if (item.partial) this.refresh(0);
  }

  private setTyping(name: string | null): void {
    clearTimeout(this.typingTimer);
    this.typing.value = name;
    if (name !== null) this.typingTimer = setTimeout(() => this.setTyping(null), TYPING_TIMEOUT);
  }
}
