/**
 * Applies socket frames and mutation responses to the query cache, through the pure functions beside this file.
 *
 * A response may be older than a frame that arrived while it was requested. Recent frames are therefore kept in a journal
 * and applied again to every response; versions make applying twice harmless.
 */
import type { Conversation, Counts, FrameItem, Message } from "@recado/lib/protocol";
import * as wire from "@recado/lib/protocol";
import { notifyManager, type Query, type QueryClient } from "@tanstack/react-query";
import { get } from "../api/client.ts";
import type { InboxView } from "../api/view.ts";
import { leftOut } from "../core/leftOut.ts";
import { marked, newerMark, placed, type ReadMark, received } from "./conversations.ts";
import { type Counted, recounted } from "./counts.ts";
import { Entered } from "./entered.ts";
import { Ephemeral } from "./ephemeral.ts";
import { Journal } from "./journal.ts";
import { withEvent, withMessage, withoutMessage } from "./messages.ts";
import { itemsOf, type Pages } from "./pages.ts";
import { ReadMarks } from "./readMarks.ts";

/**
 * How long after the counts were asked for a frame may tell of a change that they already contain: frames for lists are gathered for two
 * seconds. Such a change makes the browser ask once more.
 */
const COUNTS_UNSURE = 5_000;

/** Events that change the contact, for which there is no frame. */
const ofContact = new Set(["moved", "opted_out", "opted_in"]);

export class Live {
  readonly ephemeral = new Ephemeral();
  readonly readMarks = new ReadMarks();
  private marks = new Map<string, ReadMark>();
  private readonly journal = new Journal();
  private readonly entered = new Entered((conversations) =>
    this.together(() => {
      for (const conversation of conversations) this.answered(conversation);
    }),
  );
  private readonly counted = new Map<string, Counted & { version: number }>();
  /** While items are applied: the newest state of each conversation in the caches, and what the items change, which `together` shows at its end. */
  private batch:
    | { known: Map<string, Conversation>; changed: Map<string, Conversation>; unknown: Set<string> }
    | undefined;
  private countsTimer: ReturnType<typeof setTimeout> | undefined;
  private countsAt = Number.NEGATIVE_INFINITY;
  private asked: string | null = null;
  /** Operators who came online and were not in the list. */
  private readonly strangers = new Set<string>();
  private stop: () => void;

  constructor(
    private readonly client: QueryClient,
    private readonly me: string,
    private readonly onNotice: (item: wire.Frame<"notice">) => void = () => {},
  ) {
    this.stop = client.getQueryCache().subscribe((event) => {
      const answered = event.type === "updated" && event.action.type === "success" && !event.action.manual;
      if (answered && event.query.queryKey[0] === "counts") this.countsAt = performance.now();
      if (answered) this.replay(event.query);
    });
  }

  close(): void {
    this.stop();
    clearTimeout(this.countsTimer);
    this.readMarks.clear();
    this.entered.clear();
    this.ephemeral.clear();
  }

  /** Applies all items of a frame in one render. */
  apply(items: FrameItem[]): void {
    this.together(() => {
      for (const item of items) if (this.journal.note(item)) this.applyOne(item);
    });
  }

  /** Shows what changes in one render, and changes each list once: a frame of a busy account holds dozens of conversations. */
  private together(change: () => void): void {
    if (this.batch) {
      change();
      return;
    }
    notifyManager.batch(() => {
      const batch = { known: this.newest(), changed: new Map<string, Conversation>(), unknown: new Set<string>() };
      this.batch = batch;
      try {
        change();
      } finally {
        this.batch = undefined;
        for (const id of this.show(batch.changed)) if (batch.unknown.has(id)) this.entered.add(id);
      }
    });
  }

  private change(conversation: Conversation): void {
    this.together(() => this.batch?.changed.set(conversation.id, conversation));
  }

  /** Applies a mutation's response, which unlike a frame contains `unread`. */
  answered(conversation: Conversation): void {
    const news = this.journal.note({ type: "conversation.upserted", conversation });
    const { id, unread, lastInboundId, readUpTo = unread ? "" : (lastInboundId ?? "") } = conversation;
    this.marks.set(id, { readUpTo, at: this.marks.get(id)?.at ?? "" });
    const newest = this.known(conversation.id);
    this.count(conversation, newest);
    if (news) this.change(newest && newest.version > conversation.version ? newest : conversation);
  }

  message(message: Message): void {
    this.apply([{ type: "message.upserted", conversationId: message.conversationId, message }]);
  }

  /** Marks as read immediately. The mark keeps the old time, so that the server's next mark wins. */
  read(conversationId: string, readUpTo: string): void {
    const mark = { readUpTo, at: this.marks.get(conversationId)?.at ?? "" };
    this.marks.set(conversationId, mark);
    this.mark(conversationId, mark);
  }

  private mark(conversationId: string, mark: ReadMark): void {
    const known = this.known(conversationId);
    if (!known) return;
    const next = marked(known, mark);
    this.count(next, known);
    this.change(next);
  }

  /** When pushing has begun: refetches what frames change, as a frame may have been missed between its response and now. */
  refetchPushed(): void {
    for (const kind of ["conversations", "conversation", "contactConversations", "counts", "operators"]) {
      void this.client.invalidateQueries({ queryKey: [kind] });
    }
  }

  /** When lists are shown again of whose conversations this browser was told little: those that are not shown are asked for when they are. */
  refetchLists(): void {
    this.client.removeQueries({ type: "inactive", queryKey: ["conversations"] });
    this.refetchPushed();
  }

  /**
   * After a reconnect or while nobody looked, when frames may have been lost: refetches active queries and removes inactive ones, which a later
   * frame would mark as fresh.
   */
  refetchAll(): void {
    leftOut.clear();
    this.ephemeral.clear();
    this.marks.clear();
    this.readMarks.clear();
    this.entered.clear();
    this.counted.clear();
    this.journal.clear();
    this.client.removeQueries({ type: "inactive" });
    void this.client.invalidateQueries();
  }

  /**
   * Notes which conversation this browser has asked to view. The server sends all frames of a conversation to its viewers
   * only. Frames between the first response and the server's confirmation are lost, so the confirmation (`viewing`)
   * refetches messages and events.
   */
  looksAt(conversationId: string | null): void {
    this.asked = conversationId;
  }

  known(id: string): Conversation | undefined {
    return this.batch ? (this.batch.changed.get(id) ?? this.batch.known.get(id)) : this.newest(id).get(id);
  }

  /** The newest state of each conversation in the caches, or of one. */
  private newest(id?: string): Map<string, Conversation> {
    const newest = new Map<string, Conversation>();
    const consider = (candidate: Conversation | undefined) => {
      if (!candidate || (id !== undefined && candidate.id !== id)) return;
      const known = newest.get(candidate.id);
      if (!known || candidate.version > known.version) newest.set(candidate.id, candidate);
    };
    for (const [, data] of this.client.getQueriesData<Conversation>({ queryKey: ["conversation"] })) consider(data);
    for (const [, data] of this.client.getQueriesData<Pages<Conversation>>({ queryKey: ["conversations"] })) {
      itemsOf(data).forEach(consider);
    }
    for (const [, data] of this.client.getQueriesData<Conversation[]>({ queryKey: ["contactConversations"] })) {
      data?.forEach(consider);
    }
    return newest;
  }

  private applyOne(item: FrameItem): void {
    switch (item.type) {
      case "conversation.upserted": {
        const { id } = item.conversation;
        const known = this.known(id);
        const next = received(known, item.conversation, this.marks.get(id));
        this.count(next, known, item.was);
        if (!known) this.batch?.unknown.add(id);
        this.change(next);
        break;
      }
      case "message.upserted":
        this.client.setQueryData<Pages<Message>>(
          ["messages", item.conversationId],
          (data) => data && withMessage(data, item.message, item.partial),
        );
        if (item.message.direction === "in") this.ephemeral.typing(item.conversationId, item.message.author, false);
        if (item.partial) void this.complete(item.message);
        break;
      case "message.removed":
        this.client.setQueryData<Pages<Message>>(
          ["messages", item.conversationId],
          (data) => data && withoutMessage(data, item.messageId),
        );
        break;
      case "event.appended":
        this.client.setQueryData<Pages<wire.TimelineEvent>>(
          ["events", item.conversationId],
          (data) => data && withEvent(data, item.event),
        );
        if (ofContact.has(item.event.type)) void this.client.invalidateQueries({ queryKey: ["contact"] });
        break;
      case "read": {
        const mark = newerMark(this.marks.get(item.conversationId), item);
        this.marks.set(item.conversationId, mark);
        this.mark(item.conversationId, mark);
        break;
      }
      case "presence":
        this.presence(item);
        break;
      case "viewing":
        this.ephemeral.viewing(item.conversationId, item.operatorIds);
        if (item.conversationId === this.asked && item.operatorIds.includes(this.me)) {
          this.asked = null;
          void this.client.invalidateQueries({ queryKey: ["messages", item.conversationId] });
          void this.client.invalidateQueries({ queryKey: ["events", item.conversationId] });
        }
        break;
      case "typing":
        this.ephemeral.typing(item.conversationId, item.by, item.on);
        break;
      case "notice":
        this.onNotice(item);
        break;
      case "pong":
      case "watching":
        break;
    }
  }

  /** Returns the ids of those that a list shows now. */
  private show(changed: ReadonlyMap<string, Conversation>): Set<string> {
    const listed = new Set<string>();
    if (changed.size === 0) return listed;
    const newerOf = (known: Conversation): Conversation => {
      const next = changed.get(known.id);
      return next && next.version >= known.version ? next : known;
    };
    for (const { queryKey, state } of this.client.getQueryCache().findAll()) {
      const [kind, argument] = queryKey;
      if (state.data === undefined) continue;
      if (kind === "conversations") {
        const data = state.data as Pages<Conversation>;
        const next = placed(data, argument as InboxView, this.me, changed.values());
        if (next === data) continue;
        this.client.setQueryData(queryKey, next);
        for (const { id } of itemsOf(next)) if (changed.has(id)) listed.add(id);
      } else if (kind === "conversation") {
        const data = state.data as Conversation;
        if (newerOf(data) !== data) this.client.setQueryData(queryKey, newerOf(data));
      } else if (kind === "contactConversations") {
        const data = state.data as Conversation[];
        if (data.some((known) => newerOf(known) !== known)) this.client.setQueryData(queryKey, data.map(newerOf));
      }
    }
    return listed;
  }

  private presence(item: wire.Frame<"presence">): void {
    const { operatorId, online, availability } = item;
    const change = <T extends wire.Operator>(operator: T): T =>
      operator.id === operatorId ? { ...operator, online, availability } : operator;
    const known = this.client.getQueryData<wire.Operator[]>(["operators"]);
    this.client.setQueryData<wire.Operator[]>(["operators"], known?.map(change));
    this.client.setQueryData<wire.Me>(["me"], (me) => me && { ...me, operator: change(me.operator) });
    if (!known || known.some(({ id }) => id === operatorId) || this.strangers.has(operatorId)) return;
    // Somebody accepted an invitation. The list has no more than its first page, so each one is asked for once.
    this.strangers.add(operatorId);
    for (const kind of ["operators", "invitations"]) void this.client.invalidateQueries({ queryKey: [kind] });
  }

  private async complete(message: Message): Promise<void> {
    const path = `/conversations/${encodeURIComponent(message.conversationId)}/messages/${encodeURIComponent(message.id)}`;
    try {
      this.message(await get(path, wire.message));
    } catch {
      // The text is missing until the next refetch, on opening the conversation or reconnecting.
      void this.client.invalidateQueries({ queryKey: ["messages", message.conversationId], refetchType: "none" });
    }
  }

  /**
   * Moves a conversation from the counts that it was part of to those that it is part of now. What it was is what this browser counted last,
   * else what the lists knew, else what the frame says; a change without any of these moved nothing.
   */
  private count(next: Conversation, known: Conversation | undefined, was?: Counted): void {
    const last = this.counted.get(next.id);
    if (last && last.version > next.version) return;
    const { version, status, assigneeId } = next;
    this.counted.set(next.id, { version, status, assigneeId, unread: known ? next.unread : undefined });
    const before: Counted | undefined = last ?? known ?? was;
    if (!before) return;
    const after: Counted = { ...next, unread: before.unread === undefined ? undefined : next.unread };
    const moved = before.status !== after.status || before.assigneeId !== after.assigneeId;
    if (!moved && before.unread === after.unread) return;
    if (moved && performance.now() - this.countsAt < COUNTS_UNSURE) {
      this.countsTimer ??= setTimeout(() => {
        this.countsTimer = undefined;
        void this.client.invalidateQueries({ queryKey: ["counts"] });
      }, COUNTS_UNSURE);
      return;
    }
    this.client.setQueryData<Counts>(["counts"], (counts) => counts && recounted(counts, this.me, before, after));
  }

  private replay(query: Query): void {
    const [kind, argument] = query.queryKey;
    const ofThisOne = (item: FrameItem): boolean => {
      if (kind === "messages") {
        return (
          (item.type === "message.upserted" || item.type === "message.removed") && item.conversationId === argument
        );
      }
      if (kind === "events") return item.type === "event.appended" && item.conversationId === argument;
      return (
        ["conversations", "conversation", "contactConversations"].includes(String(kind)) &&
        (item.type === "conversation.upserted" || item.type === "read")
      );
    };
    this.together(() => {
      for (const item of this.journal.items()) if (ofThisOne(item)) this.applyOne(item);
    });
  }
}
