/** The state of one visitor's chat. Connects session, history, outbox, socket and receipts. */
import { computed, effect, signal } from "@preact/signals";
import { DEFAULT_ACCENT, type ToPage } from "@recado/lib/bridge";
import {
  type Choice,
  fileLink,
  type VisitorAttachment,
  type VisitorMessage,
  visitorMessages,
} from "@recado/lib/protocol/visitor";
import { Api } from "./api.ts";
import { History } from "./history.ts";
import { Live } from "./live.ts";
import { type Draft, Outbox } from "./outbox.ts";
import { Receipts } from "./receipts.ts";
import { randomId, retryTimer, withTabLock } from "./retry.ts";
import { answeredIds } from "./rows.ts";
import { type Page, Session } from "./session.ts";
import { openStore } from "./storage.ts";
import { transportOver } from "./transport.ts";

const PER_PAGE = 30;
/** A sent message comes back over the socket. If it has not after this time, in ms, the history is refreshed. */
const ECHO_TIMEOUT = 8_000;
/** Links are renewed this long before they expire, in ms. */
const LINK_MARGIN = 15_000;

const colour = (text: string | undefined): string => (text && /^#[\da-f]{6}$/i.test(text) ? text : DEFAULT_ACCENT);
const timeOf = ({ sentAt }: VisitorMessage): number => Date.parse(sentAt);

export class Chat {
  private readonly api = new Api();
  private readonly timer = retryTimer();
  private readonly local = openStore("localStorage");
  private readonly tabOnly = openStore("sessionStorage");
  private readonly prefix: string;
  private readonly links = new Map<string, { url: string; expiresAt: number }>();
  private readonly receipts = new Receipts((status, conversationId, messageIds) =>
    this.api.send("/receipts", { status, conversationId, messageIds }),
  );
  readonly history = new History((cursor) => {
    const query = new URLSearchParams({ limit: String(PER_PAGE), ...(cursor !== null && { cursor }) });
    return this.api.get(`/messages?${query}`, visitorMessages);
  });
  readonly live = new Live(this.api, this.history);
  readonly session: Session;
  readonly outbox: Outbox;
  readonly open = signal(false);
  /** How often the visitor opened the panel. Each time the text field gets the focus. */
  readonly openCount = signal(0);
  readonly replyingTo = signal<VisitorMessage | null>(null);
  private readonly focused = signal(false);
  private readonly readUpTo = signal(0);
  private started = false;
  private readonly startedAt = Date.now();

  readonly accent = computed(() => colour(this.session.current.value?.site.color ?? this.firstColour));
  readonly offline = signal(!navigator.onLine);
  /** Outbox entries that are not in the history yet. */
  readonly outgoing = computed(() => {
    const shown = new Set(this.history.messages.value.map(({ clientId }) => clientId));
    return this.outbox.entries.value.filter(({ clientId }) => !shown.has(clientId));
  });
  /** No operator was online when the page loaded, and none has written since. */
  readonly away = computed(() => {
    const session = this.session.current.value;
    if (!session || session.online) return false;
    return !this.history.messages.value.some(
      (message) => message.author.kind === "operator" && timeOf(message) > this.startedAt,
    );
  });
  readonly unread = computed(() => {
    if (!this.history.loaded.value) return this.session.current.value?.unread ?? 0;
    return this.history.messages.value.filter(
      (message) =>
        message.direction === "out" &&
        message.status !== "read" &&
        message.status !== "failed" &&
        !message.revokedAt &&
        timeOf(message) > this.readUpTo.value,
    ).length;
  });

  /** `firstColour` is the site's, shown until the session is there. */
  constructor(
    site: string,
    page: Page,
    private readonly firstColour?: string,
  ) {
    this.prefix = `recado:${site}:${page.origin}:`;
    this.session = new Session(site, page, this.api, this.local, withTabLock, this.timer, () => this.reset());
    const tab = this.tabOnly.get(`${this.prefix}tab`) ?? randomId();
    this.tabOnly.set(`${this.prefix}tab`, tab);
    this.readUpTo.value = Number(this.local.get(`${this.prefix}read`) ?? 0);
    this.outbox = new Outbox(
      `${this.prefix}out:`,
      tab,
      transportOver(this.api, page),
      this.local,
      withTabLock,
      this.timer,
      () => setTimeout(() => this.hasUnconfirmed() && this.live.refresh(ECHO_TIMEOUT), ECHO_TIMEOUT),
    );
    this.subscribe();
    // Returning visitors connect at once. For a new visitor nothing is created on the server until the panel opens.
    if (this.session.hasToken) void this.start();
  }

  /** Sets whether the panel is open; `byVisitor` is true if the visitor has just opened it. */
  show(open: boolean, byVisitor = false): void {
    this.open.value = open;
    if (open && byVisitor) this.openCount.value += 1;
    if (open) void this.start();
  }

  send(...drafts: Draft[]): void {
    for (const draft of drafts) this.outbox.add(draft);
    this.live.sendTyping(false);
  }

  /** Ignores a second tap, also before the button is disabled. */
  choose({ id }: VisitorMessage, option: Choice): void {
    if (answeredIds(this.history.messages.peek(), this.outbox.entries.peek()).has(id)) return;
    this.send({ type: "interactive", text: option.title, replyTo: id, optionId: option.id });
  }

  get draft(): string {
    return this.tabOnly.get(`${this.prefix}draft`) ?? "";
  }

  set draft(text: string) {
    this.tabOnly.set(`${this.prefix}draft`, text || null);
  }

  /** A temporary link to a file. `refresh` skips the cache after a link was rejected. */
  async linkTo(message: VisitorMessage, { id }: VisitorAttachment, download = false, refresh = false): Promise<string> {
    const key = `${message.id} ${id} ${download}`;
    const known = this.links.get(key);
    if (known && !refresh && known.expiresAt > Date.now()) return known.url;
    const query = new URLSearchParams({ conversation: message.conversationId, message: message.id, attachment: id });
    if (download) query.set("download", "true");
    const { url, expiresIn } = await this.api.get(`/files?${query}`, fileLink);
    this.links.set(key, { url, expiresAt: Date.now() + expiresIn * 1000 - LINK_MARGIN });
    return url;
  }

  /** Sends the chat's state to the embedding page whenever it changes. */
  onState(post: (message: ToPage) => void): void {
    effect(() => {
      const session = this.session.current.value;
      if (!session) return;
      const started = session.started || this.history.messages.value.length > 0 || this.outbox.entries.value.length > 0;
      post({ type: "state", unread: this.unread.value, started, color: this.accent.value });
    });
  }

  private async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    try {
      await this.session.open();
    } catch {
      // Permanent error; the reason is in `session.error`.
      return;
    }
    this.live.start();
    void this.outbox.run();
  }

  private hasUnconfirmed(): boolean {
    return this.outgoing.peek().some(({ state }) => state === "sent");
  }

  private reset(): void {
    this.history.reset();
    this.outbox.clearUploads();
    this.live.refresh(0);
  }

  private subscribe(): void {
    const look = () => {
      this.focused.value = document.visibilityState === "visible" && document.hasFocus();
    };
    for (const name of ["focus", "blur"]) window.addEventListener(name, look);
    document.addEventListener("visibilitychange", () => {
      look();
      if (document.visibilityState === "visible") this.nudge();
    });
    window.addEventListener("online", () => {
      this.offline.value = false;
      this.nudge();
    });
    window.addEventListener("offline", () => {
      this.offline.value = true;
    });
    window.addEventListener("storage", ({ key, newValue }) => {
      this.outbox.onStorage(key, newValue);
      if (key === `${this.prefix}read`) this.readUpTo.value = Math.max(this.readUpTo.peek(), Number(newValue));
    });
    look();
    effect(() => this.outbox.confirm(new Set(this.history.messages.value.map(({ clientId }) => clientId))));
    effect(() => {
      const messages = this.history.messages.value;
      const reads = this.open.value && this.focused.value;
      this.receipts.add(reads ? "read" : "delivered", messages);
      const last = messages.findLast(({ direction }) => direction === "out");
      if (!reads || !last || timeOf(last) <= this.readUpTo.peek()) return;
      this.readUpTo.value = timeOf(last);
      this.local.set(`${this.prefix}read`, String(timeOf(last)));
    });
  }

  private nudge(): void {
    this.timer.nudge();
    this.live.nudge();
    void this.outbox.run();
  }
}
