/** One visitor's chat: what is known of it, and how its parts hang together. */
import { computed, effect, signal } from "@preact/signals";
import { PETROL, type ToPage } from "@recado/lib/bridge";
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
import { chosen } from "./rows.ts";
import { type Page, Session } from "./session.ts";
import { keepIn } from "./storage.ts";
import { transportOver } from "./transport.ts";
import { locked, uuid, waiting } from "./waiting.ts";

const PER_PAGE = 30;
/** A message that was taken is shown back by socket; one that was not by now is looked for. */
const SHOWN_BACK = 8_000;
/** Links are asked for anew a little before they end. */
const MARGIN = 15_000;

const colour = (text: string | undefined): string => (text && /^#[\da-f]{6}$/i.test(text) ? text : PETROL);
const timeOf = ({ sentAt }: VisitorMessage): number => Date.parse(sentAt);

export class Chat {
  private readonly api = new Api();
  private readonly clock = waiting();
  private readonly local = keepIn("localStorage");
  private readonly tabOnly = keepIn("sessionStorage");
  private readonly prefix: string;
  private readonly links = new Map<string, { url: string; until: number }>();
  private readonly receipts = new Receipts((status, conversationId, messageIds) =>
    this.api.tell("/receipts", { status, conversationId, messageIds }),
  );
  readonly history = new History((cursor) => {
    const query = new URLSearchParams({ limit: String(PER_PAGE), ...(cursor !== null && { cursor }) });
    return this.api.get(`/messages?${query}`, visitorMessages);
  });
  readonly live = new Live(this.api, this.history);
  readonly session: Session;
  readonly outbox: Outbox;
  readonly open = signal(false);
  /** Counts the times that the visitor opened the panel: the focus goes where one writes. */
  readonly entered = signal(0);
  readonly replyingTo = signal<VisitorMessage | null>(null);
  private readonly looking = signal(false);
  private readonly readUpTo = signal(0);
  private started = false;
  private readonly began = Date.now();

  readonly accent = computed(() => colour(this.session.current.value?.site.color));
  readonly offline = signal(!navigator.onLine);
  /** What the server has not shown back yet. */
  readonly outgoing = computed(() => {
    const shown = new Set(this.history.messages.value.map(({ clientId }) => clientId));
    return this.outbox.entries.value.filter(({ clientId }) => !shown.has(clientId));
  });
  /** Nobody was there when this page began, and nobody has written since. */
  readonly away = computed(() => {
    const session = this.session.current.value;
    if (!session || session.online) return false;
    return !this.history.messages.value.some(
      (message) => message.author.kind === "operator" && timeOf(message) > this.began,
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

  constructor(site: string, page: Page) {
    this.prefix = `recado:${site}:${page.origin}:`;
    this.session = new Session(site, page, this.api, this.local, locked, this.clock, () => this.forget());
    const tab = this.tabOnly.get(`${this.prefix}tab`) ?? uuid();
    this.tabOnly.set(`${this.prefix}tab`, tab);
    this.readUpTo.value = Number(this.local.get(`${this.prefix}read`) ?? 0);
    this.outbox = new Outbox(
      `${this.prefix}out:`,
      tab,
      transportOver(this.api, page),
      this.local,
      locked,
      this.clock,
      () => setTimeout(() => this.missing() && this.live.read(SHOWN_BACK), SHOWN_BACK),
    );
    this.follow();
    // Whoever was here before gets what came in the meantime; of somebody new nothing is made until the panel opens.
    if (this.session.known) void this.start();
  }

  /** The panel is open or not; `entering` is the visitor who just opened it. */
  show(open: boolean, entering = false): void {
    this.open.value = open;
    if (open && entering) this.entered.value += 1;
    if (open) void this.start();
  }

  send(...drafts: Draft[]): void {
    for (const draft of drafts) this.outbox.add(draft);
    this.live.sayTyping(false);
  }

  /** Two taps are one choice, also when the second comes before the button knows of the first. */
  choose({ id }: VisitorMessage, option: Choice): void {
    if (chosen(this.history.messages.peek(), this.outbox.entries.peek()).has(id)) return;
    this.send({ type: "interactive", text: option.title, replyTo: id, optionId: option.id });
  }

  get draft(): string {
    return this.tabOnly.get(`${this.prefix}draft`) ?? "";
  }

  set draft(text: string) {
    this.tabOnly.set(`${this.prefix}draft`, text || null);
  }

  /** A link to a file, good for a while; `anew` after one that was refused. */
  async linkTo(message: VisitorMessage, { id }: VisitorAttachment, download = false, anew = false): Promise<string> {
    const key = `${message.id} ${id} ${download}`;
    const known = this.links.get(key);
    if (known && !anew && known.until > Date.now()) return known.url;
    const query = new URLSearchParams({ conversation: message.conversationId, message: message.id, attachment: id });
    if (download) query.set("download", "true");
    const { url, expiresIn } = await this.api.get(`/files?${query}`, fileLink);
    this.links.set(key, { url, until: Date.now() + expiresIn * 1000 - MARGIN });
    return url;
  }

  /** Keeps the page around the frame informed. */
  report(say: (message: ToPage) => void): void {
    effect(() => {
      const session = this.session.current.value;
      if (!session) return;
      const started = session.started || this.history.messages.value.length > 0 || this.outbox.entries.value.length > 0;
      say({ type: "state", unread: this.unread.value, started, color: this.accent.value });
    });
  }

  private async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    try {
      await this.session.open();
    } catch {
      // Why is in the session's trouble: nothing more to do on this page.
      return;
    }
    this.live.start();
    void this.outbox.run();
  }

  private missing(): boolean {
    return this.outgoing.peek().some(({ state }) => state === "sent");
  }

  private forget(): void {
    this.history.forget();
    this.outbox.uploadAgain();
    this.live.read(0);
  }

  private follow(): void {
    const look = () => {
      this.looking.value = document.visibilityState === "visible" && document.hasFocus();
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
      this.outbox.heard(key, newValue);
      if (key === `${this.prefix}read`) this.readUpTo.value = Math.max(this.readUpTo.peek(), Number(newValue));
    });
    look();
    effect(() => this.outbox.confirm(new Set(this.history.messages.value.map(({ clientId }) => clientId))));
    effect(() => {
      const messages = this.history.messages.value;
      const reads = this.open.value && this.looking.value;
      this.receipts.tell(reads ? "read" : "delivered", messages);
      const last = messages.findLast(({ direction }) => direction === "out");
      if (!reads || !last || timeOf(last) <= this.readUpTo.peek()) return;
      this.readUpTo.value = timeOf(last);
      this.local.set(`${this.prefix}read`, String(timeOf(last)));
    });
  }

  private nudge(): void {
    this.clock.nudge();
    this.live.nudge();
    void this.outbox.run();
  }
}
