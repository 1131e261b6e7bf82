/** The socket: what operators do is seen at once. Whatever it may have missed is read again when it is back. */
import { signal } from "@preact/signals";
import { parseVisitorFrame, type VisitorAction, type VisitorItem, visitorTicket } from "@recado/lib/protocol/visitor";
import { type ConnectionState, openSocket, SignedOutError, type Socket } from "@recado/lib/socket";
import { type Api, refusalOf } from "./api.ts";
import type { History } from "./history.ts";

/** Where no socket gets through, messages come with the attempts, but not more often than this. */
const SELDOM = 10_000;
/** So long the messages wait for the socket, which would have them read twice. */
const HEAD_START = 2_000;
/** Typing that nobody says is over. */
const TYPING_ENDS = 6_000;
const SAY_TYPING_EVERY = 4_000;

export class Live {
  readonly state = signal<ConnectionState>("connecting");
  /** Who types: a name, or an empty one for somebody. */
  readonly typing = signal<string | null>(null);
  private socket: Socket<VisitorAction> | undefined;
  private readAt = 0;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private saidTypingAt: number | undefined;

  constructor(
    private readonly api: Api,
    private readonly history: History,
  ) {}

  start(): void {
    if (this.socket) return;
    setTimeout(() => this.read(HEAD_START), HEAD_START);
    this.socket = openSocket<VisitorItem, VisitorAction>({
      ticket: () => this.ticket(),
      read: parseVisitorFrame,
      onFrame: (items) => items.forEach((item) => void this.apply(item)),
      onState: (state) => {
        this.state.value = state;
        if (state === "online") this.read(0);
        else if (state === "offline") this.read(SELDOM);
      },
      // Being online again says the same.
      onReconnect: () => {},
    });
  }

  nudge(): void {
    this.socket?.nudge();
  }

  /** Reads the messages again, unless that was done so lately. */
  read(unlessWithin: number): void {
    const now = performance.now();
    if (this.readAt > 0 && now - this.readAt < unlessWithin) return;
    this.readAt = now;
    this.history.refresh().catch(() => {
      // The next connection reads them.
      this.readAt = 0;
    });
  }

  sayTyping(on: boolean): void {
    clearTimeout(this.quiet);
    const now = performance.now();
    if (on) {
      this.quiet = setTimeout(() => this.sayTyping(false), TYPING_ENDS);
      if (this.saidTypingAt !== undefined && now - this.saidTypingAt < SAY_TYPING_EVERY) return;
      this.saidTypingAt = now;
      this.socket?.send({ action: "typing", on: true });
    } else if (this.saidTypingAt !== undefined) {
      this.saidTypingAt = undefined;
      this.socket?.send({ action: "typing", on: false });
    }
  }

  private async ticket(): Promise<string> {
    try {
      const { url } = await this.api.post("/socket-tickets", {}, visitorTicket);
      return url;
    } catch (error) {
      if (refusalOf(error).code === "forbidden") throw new SignedOutError();
      throw error;
    }
  }

  private apply(item: VisitorItem): void {
    if (item.type === "typing") this.hearTyping(item.on ? item.by.name : null);
    else if (item.type !== "pong") this.history.apply(item);
    if (item.type !== "message.upserted") return;
    if (item.message.direction === "out") this.hearTyping(null);
    if (item.partial) this.read(0);
  }

  private hearTyping(name: string | null): void {
    clearTimeout(this.typingEnds);
    this.typing.value = name;
    if (name !== null) this.typingEnds = setTimeout(() => this.hearTyping(null), TYPING_ENDS);
  }
}
