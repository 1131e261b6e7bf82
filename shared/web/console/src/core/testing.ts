/** Conversations and messages for tests. */
import type { Conversation, Message } from "@recado/lib/protocol";

export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 0, minute)).toISOString();

export const conversationOf = (changes: Partial<Conversation> = {}): Conversation => ({
  id: "cv_1",
  status: "open",
  channel: { id: "ch_1", type: "example" },
  storeId: "st_1",
  groupId: null,
  contact: { id: "ct_1", name: "Sofía" },
  assigneeId: "op_me",
  tags: [],
  preview: null,
  lastActivityAt: at(0),
  windowUntil: null,
  waitingSince: null,
  dueAt: null,
  unread: false,
  unreadCount: 0,
  inboundCount: 0,
  lastInboundId: null,
  botEnabled: false,
  createdAt: at(0),
  resolvedAt: null,
  version: 1,
  ...changes,
});

export const messageOf = (changes: Partial<Message> = {}): Message => ({
  id: "m1",
  conversationId: "cv_1",
  direction: "in",
  type: "text",
  text: "hola",
  attachments: [],
  location: null,
  cards: [],
  author: { kind: "contact", id: "ct_1", name: "Sofía" },
  replyTo: null,
  status: "received",
  error: null,
  reactions: [],
  editedAt: null,
  revokedAt: null,
  sentAt: at(0),
  receivedAt: at(0),
  version: 1,
  ...changes,
});
