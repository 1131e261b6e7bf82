/**
 * The shapes of the REST answers. Every one of them has a golden file in `testdata/` that the server's tests read too:
 * a field renamed on one side turns the other side red.
 *
 * Unknown fields are dropped, never refused, so that an older page survives a newer server.
 */
import * as v from "valibot";
import { errorCodes, languages } from "./codes.ts";

const time = v.pipe(v.string(), v.isoTimestamp());
const optional = <T extends v.GenericSchema>(schema: T) => v.optional(schema);

/** A page of something. `nextCursor` is opaque and leads to the next page of the same query. */
const listOf = <T extends v.GenericSchema>(item: T) =>
  v.object({ items: v.array(item), nextCursor: v.nullable(v.string()) });

export const errorAnswer = v.object({
  error: v.object({
    code: v.fallback(v.picklist(errorCodes), "internal"),
    message: v.string(),
    field: optional(v.string()),
    /** A stable word for which of the faults of this code it is. */
    reason: optional(v.string()),
  }),
});

export const roles = ["owner", "admin", "editor", "supervisor", "operator", "readonly"] as const;
export type Role = (typeof roles)[number];

const availability = v.picklist(["available", "away"]);
export type Availability = v.InferOutput<typeof availability>;

export const operator = v.object({
  id: v.string(),
  name: v.string(),
  /** Left out for those who may not manage operators. */
  email: optional(v.string()),
  emailVerified: v.boolean(),
  role: v.picklist(roles),
  availability,
  capacity: v.number(),
  openConversations: v.number(),
  /** Empty means every store, for the roles that see the whole account. */
  storeIds: v.array(v.string()),
  languages: v.array(v.string()),
  language: v.picklist(languages),
  /** Where it is, on our own origin. Visitors of the web chat see it. */
  picture: v.nullable(v.string()),
  active: v.boolean(),
  online: v.boolean(),
  version: v.number(),
});
export type Operator = v.InferOutput<typeof operator>;
export const operatorList = listOf(operator);

export const signedIn = v.object({
  operator: v.object({ id: v.string(), name: v.string(), email: v.string(), role: v.picklist(roles) }),
  account: v.object({ id: v.string(), name: v.string() }),
});
export type SignedIn = v.InferOutput<typeof signedIn>;

export const permissions = [
  "conversation.read",
  "conversation.reply",
  "conversation.assign",
  "conversation.resolve",
  "contact.read",
  "contact.edit",
  "operator.read",
  "operator.manage",
  "channel.read",
  "channel.manage",
  "settings.read",
  "settings.manage",
  "store.read",
  "store.manage",
] as const;
export type Permission = (typeof permissions)[number];

export const me = v.object({
  operator,
  permissions: v.array(v.string()),
  account: v.object({
    id: v.string(),
    name: v.string(),
    timeZone: v.string(),
    language: v.picklist(languages),
    version: v.number(),
  }),
  /** By the server's clock. */
  now: time,
});
export type Me = v.InferOutput<typeof me>;

export const browserSession = v.object({
  id: v.string(),
  createdAt: time,
  lastSeenAt: time,
  userAgent: v.string(),
  ip: v.string(),
  current: v.boolean(),
});
export type BrowserSession = v.InferOutput<typeof browserSession>;
export const browserSessionList = listOf(browserSession);

export const store = v.object({ id: v.string(), name: v.string(), version: v.number() });
export type Store = v.InferOutput<typeof store>;
export const storeList = listOf(store);

/** Open: a newer server may know channels that this browser does not. */
const channelType = v.string();
export type ChannelType = v.InferOutput<typeof channelType>;

export const channel = v.object({
  id: v.string(),
  type: channelType,
  name: v.string(),
  storeId: v.string(),
  externalId: v.string(),
  displayPhone: optional(v.string()),
  health: v.object({
    state: v.picklist(["ok", "reauthorise", "stopped", "unverified"]),
    code: optional(v.string()),
    message: optional(v.string()),
    at: optional(time),
  }),
  settings: v.record(v.string(), v.unknown()),
  version: v.number(),
});
export type Channel = v.InferOutput<typeof channel>;
export const channelList = listOf(channel);

const distributionMode = v.picklist(["groups", "account", "manager"]);
export type DistributionMode = v.InferOutput<typeof distributionMode>;
export const distribution = v.object({ mode: distributionMode, managerId: v.nullable(v.string()) });
export type Distribution = v.InferOutput<typeof distribution>;

export const settings = v.object({
  timeZone: v.string(),
  language: v.picklist(languages),
  closing: v.object({ idleMinutes: v.nullable(v.number()) }),
  distribution,
  version: v.number(),
});
export type Settings = v.InferOutput<typeof settings>;

const direction = v.picklist(["in", "out"]);
const fileKind = v.picklist(["image", "audio", "video", "document", "sticker"]);
export type FileKind = v.InferOutput<typeof fileKind>;

const messageType = v.fallback(
  v.picklist([
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "template",
    "reaction",
    "comment",
    "question",
    "system",
    "unsupported",
  ]),
  "unsupported",
);
export type MessageType = v.InferOutput<typeof messageType>;

/** What a kind of channel can do. Texts are counted in characters, files in bytes. */
export const capabilities = v.object({
  channelType,
  maxText: v.number(),
  maxCaption: v.number(),
  /** How long after the contact's last message one may write freely; 0 = always. */
  windowSeconds: v.number(),
  replyTo: v.boolean(),
  attachments: v.array(
    v.object({ type: fileKind, mimes: v.array(v.string()), maxSize: v.number(), caption: v.boolean() }),
  ),
  /** What may be sent. */
  types: v.array(messageType),
  templates: v.boolean(),
  interactive: v.nullable(
    v.object({
      maxBody: v.number(),
      maxFooter: v.number(),
      maxButtons: v.number(),
      maxButtonTitle: v.number(),
      maxListButton: v.number(),
      maxSections: v.number(),
      /** Over all sections. */
      maxRows: v.number(),
      maxRowTitle: v.number(),
      maxRowDescription: v.number(),
    }),
  ),
  maxCards: v.number(),
  readReceipts: v.boolean(),
  typing: v.boolean(),
});
export type Capabilities = v.InferOutput<typeof capabilities>;
export const capabilitiesList = listOf(capabilities);

const conversationStatus = v.picklist(["open", "pending", "snoozed", "held", "resolved"]);
export type ConversationStatus = v.InferOutput<typeof conversationStatus>;

/** Where on a site somebody wrote from. */
const page = v.object({ url: v.string(), title: v.string() });
export type SitePage = v.InferOutput<typeof page>;

const conversationFields = {
  id: v.string(),
  status: conversationStatus,
  channel: v.object({ id: v.string(), type: channelType }),
  storeId: v.string(),
  groupId: v.nullable(v.string()),
  contact: v.object({ id: v.string(), name: v.string() }),
  assigneeId: v.nullable(v.string()),
  tags: v.array(v.string()),
  preview: v.nullable(
    v.object({ text: v.string(), type: messageType, direction, messageId: v.string(), revoked: v.boolean() }),
  ),
  lastActivityAt: time,
  windowUntil: v.nullable(time),
  waitingSince: v.nullable(time),
  dueAt: v.nullable(time),
  lastInboundId: v.nullable(v.string()),
  botEnabled: v.boolean(),
  createdAt: time,
  resolvedAt: v.nullable(time),
  version: v.number(),
};

/** What is pushed: unread belongs to the reader, so a frame that goes to many leaves it out. */
export const conversationSummary = v.object(conversationFields);
export type ConversationSummary = v.InferOutput<typeof conversationSummary>;

export const conversation = v.object({ ...conversationFields, unread: v.boolean() });
export type Conversation = v.InferOutput<typeof conversation>;
export const conversationList = listOf(conversation);

const count = v.object({ value: v.number(), more: v.boolean() });
export type Count = v.InferOutput<typeof count>;
export const counts = v.object({
  mine: v.object({ open: count, pending: count, unread: count }),
  unassigned: count,
  all: v.object({ open: count, pending: count, snoozed: count, resolved: count }),
});
export type Counts = v.InferOutput<typeof counts>;

export const attachment = v.object({
  id: v.string(),
  name: v.string(),
  mime: v.string(),
  size: v.number(),
  url: v.nullable(v.string()),
  state: v.picklist(["pending", "ready", "failed"]),
});
export type Attachment = v.InferOutput<typeof attachment>;

const messageStatus = v.picklist([
  "received",
  "queued",
  "held",
  "sending",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
]);
export type MessageStatus = v.InferOutput<typeof messageStatus>;

const location = v.object({
  latitude: v.number(),
  longitude: v.number(),
  name: v.string(),
  address: v.string(),
});
export type Location = v.InferOutput<typeof location>;

const card = v.object({
  name: v.string(),
  company: v.string(),
  phones: v.array(v.string()),
  emails: v.array(v.string()),
});
export type Card = v.InferOutput<typeof card>;

/** What may be tapped below a text: a few buttons, or a list that one button opens. */
const interactive = v.object({
  footer: optional(v.string()),
  buttons: optional(v.array(v.object({ id: v.string(), title: v.string() }))),
  button: optional(v.string()),
  sections: optional(
    v.array(
      v.object({
        title: optional(v.string()),
        rows: v.array(v.object({ id: v.string(), title: v.string(), description: optional(v.string()) })),
      }),
    ),
  ),
});
export type Interactive = v.InferOutput<typeof interactive>;

export const message = v.object({
  id: v.string(),
  conversationId: v.string(),
  direction,
  type: messageType,
  /** Left out of a partial frame only. */
  text: v.optional(v.string(), ""),
  attachments: v.array(attachment),
  /** In degrees. Without name and address it is a pin on the map. */
  location: v.nullable(location),
  cards: v.array(card),
  interactive: optional(interactive),
  /** Which template its text was made from. */
  template: optional(v.object({ name: v.string(), language: v.string() })),
  page: optional(page),
  author: v.object({
    kind: v.picklist(["contact", "operator", "bot", "system", "external"]),
    id: v.string(),
    name: v.string(),
  }),
  replyTo: v.nullable(v.string()),
  /** The advertisement or post through which the contact came to write. `url` is empty when there is no page to show. */
  referral: optional(
    v.object({
      url: v.string(),
      headline: v.string(),
      body: v.string(),
      source: v.fallback(v.picklist(["ad", "post"]), "ad"),
      sourceId: v.string(),
    }),
  ),
  status: messageStatus,
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
  clientId: optional(v.string()),
  /** One of each side at most. */
  reactions: v.array(v.object({ from: direction, emoji: v.string(), at: time })),
  editedAt: v.nullable(time),
  /** Its author took it back: nothing of it is left. */
  revokedAt: v.nullable(time),
  sentAt: time,
  receivedAt: time,
  version: v.number(),
});
export type Message = v.InferOutput<typeof message>;
export const messageList = listOf(message);

const considered = v.object({
  operatorId: v.string(),
  name: v.string(),
  outcome: v.string(),
  open: v.number(),
  capacity: v.number(),
});
export type Considered = v.InferOutput<typeof considered>;

/** One line of the timeline. Types and codes are open lists: the console words those it knows. */
export const event = v.object({
  id: v.string(),
  conversationId: v.string(),
  type: v.string(),
  at: time,
  actor: v.object({
    kind: v.picklist(["operator", "contact", "system", "external"]),
    id: v.string(),
    name: v.string(),
  }),
  reason: v.nullable(v.object({ code: v.string(), considered: v.optional(v.array(considered), []) })),
  data: v.object({
    assigneeId: v.optional(v.nullable(v.string())),
    previousAssigneeId: v.optional(v.nullable(v.string())),
    status: optional(v.string()),
  }),
});
export type TimelineEvent = v.InferOutput<typeof event>;
export const eventList = listOf(event);

export const identity = v.object({
  channelId: v.string(),
  type: channelType,
  externalId: v.string(),
  username: optional(v.string()),
  phone: optional(v.string()),
});
export type Identity = v.InferOutput<typeof identity>;

export const contact = v.object({
  id: v.string(),
  name: v.string(),
  firstName: v.string(),
  lastName: v.string(),
  email: v.nullable(v.string()),
  phone: v.nullable(v.string()),
  blocked: v.boolean(),
  identities: v.array(identity),
  /** Since when they want no advertising; left out for those who take it. */
  marketingOptOutAt: optional(time),
  createdAt: time,
  version: v.number(),
});
export type Contact = v.InferOutput<typeof contact>;
export const contactList = listOf(contact);

export const templateStatuses = ["approved", "pending", "rejected", "paused", "disabled", "in_appeal"] as const;
export type TemplateStatus = (typeof templateStatuses)[number];

/** A text that the provider approved. Its gaps are written {{1}}; what is not known of it may not be sent. */
export const template = v.object({
  id: v.string(),
  name: v.string(),
  language: v.string(),
  category: v.fallback(v.picklist(["marketing", "utility", "authentication"]), "utility"),
  status: v.fallback(v.picklist(templateStatuses), "disabled"),
  quality: v.fallback(v.picklist(["green", "yellow", "red", "unknown"]), "unknown"),
  reason: v.string(),
  updatedAt: time,
  header: v.nullable(
    v.object({
      format: v.fallback(v.picklist(["text", "image", "video", "document", "location", "other"]), "other"),
      text: v.optional(v.string(), ""),
      parameters: v.optional(v.number(), 0),
    }),
  ),
  body: v.object({ text: v.string(), parameters: v.number() }),
  footer: v.string(),
  buttons: v.array(
    v.object({
      type: v.fallback(v.picklist(["quick_reply", "url", "phone_number", "copy_code", "other"]), "other"),
      text: v.string(),
      parameter: v.boolean(),
    }),
  ),
});
export type Template = v.InferOutput<typeof template>;
export const templateList = listOf(template);

export const upload = v.object({
  id: v.string(),
  url: v.string(),
  headers: v.record(v.string(), v.string()),
});
export type Upload = v.InferOutput<typeof upload>;

export const socketTicket = v.object({ url: v.string(), expiresIn: v.number() });
export type SocketTicket = v.InferOutput<typeof socketTicket>;
