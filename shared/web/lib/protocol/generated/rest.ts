/** Made by infra/contract from package shared/wire: change it there and run `make generate`. */
import * as v from "valibot";
import * as e from "./enums.ts";

/** A day that does not exist has the form of one, and some browsers cannot read it. */
const time = v.pipe(v.string(), v.isoTimestamp(), v.check((text) => !Number.isNaN(Date.parse(text)), "no such time"));

/** ServiceHealth is the answer of the health check. */
export const serviceHealth = v.object({
  /** Status is ok whenever the service answers at all. */
  status: v.literal("ok"),
});
export type ServiceHealth = v.InferOutput<typeof serviceHealth>;

const role = v.picklist(e.roles);

const availability = v.picklist(e.availabilities);

const language = v.picklist(e.languages);

/** Operator is a person who answers. */
export const operator = v.object({
  /** ID is the operator's id. */
  id: v.string(),
  /** Name is what the others read. */
  name: v.string(),
  /** Email is left out for callers who may not manage operators. */
  email: v.optional(v.string()),
  /** EmailVerified says whether the operator proved the email address. */
  emailVerified: v.boolean(),
  /** Role decides what the operator may do. */
  role: role,
  /** Availability says whether the operator takes new conversations. */
  availability: availability,
  /** Capacity is how many conversations the operator is given at once. */
  capacity: v.number(),
  /** OpenConversations is how many the operator has: open and pending ones. */
  openConversations: v.number(),
  /** StoreIDs are the stores granted; empty = every store, for the roles that see the whole account. */
  storeIds: v.array(v.string()),
  /** Languages are those that the operator answers in. */
  languages: v.array(v.string()),
  /** Language is that of the operator's interface. */
  language: language,
  /** Picture is a path on this origin that anybody may read; null without a picture. */
  picture: v.nullable(v.string()),
  /** Active says whether the operator may sign in. */
  active: v.boolean(),
  /** Online says whether the operator has the console open. */
  online: v.boolean(),
  /** Version is the version to send with the next change. */
  version: v.number(),
});
export type Operator = v.InferOutput<typeof operator>;

const pictureState = v.picklist(e.pictureStates);

/** PictureUpload is an uploaded picture that is not shown. */
export const pictureUpload = v.object({
  /** State is pending until the picture is read, and refused when it cannot be shown. The notices picture_ready and picture_refused tell of the outcome. */
  state: pictureState,
  /** Reason says why it was refused: picture_unreadable (damaged, or no JPEG, PNG, GIF or still WebP) or picture_too_large (more than 10,000 pixels a side or 12,582,912 in all); left out while it is pending. */
  reason: v.optional(v.string()),
});
export type PictureUpload = v.InferOutput<typeof pictureUpload>;

/** Account is the account as every operator sees it. */
export const account = v.object({
  /** ID is the account's id. */
  id: v.string(),
  /** Name is the name of the business. */
  name: v.string(),
  /** TimeZone is an IANA time zone name. */
  timeZone: v.string(),
  /** Language is the account's default language. */
  language: language,
  /** Version grows with every change of the account. */
  version: v.number(),
});
export type Account = v.InferOutput<typeof account>;

/** Me is the caller, with what they may do and where. */
export const me = v.object({
  /** Operator is the caller. */
  operator: operator,
  /** PictureUpload is the caller's last uploaded picture while it is not shown; left out without one. Until it is ready the picture before it is shown. */
  pictureUpload: v.optional(pictureUpload),
  /** Permissions are what the caller's role includes. */
  permissions: v.array(v.string()),
  /** Account is the account that the caller belongs to. */
  account: account,
  /** Now is the time of the service's clock of stored times: windows close by it. */
  now: time,
});
export type Me = v.InferOutput<typeof me>;

/** Session is one place where an operator is signed in. Its times are of the wall clock. */
export const session = v.object({
  /** ID ends the session and does not open it. */
  id: v.string(),
  /** CreatedAt is when the operator signed in. */
  createdAt: time,
  /** LastSeenAt is exact to five minutes. */
  lastSeenAt: time,
  /** UserAgent is what the client called itself, at most 300 characters. */
  userAgent: v.string(),
  /** IP is the address that the operator signed in from. */
  ip: v.string(),
  /** Current says that it is the session of this request. */
  current: v.boolean(),
});
export type Session = v.InferOutput<typeof session>;

/** List is a page of a list. */
export const sessionList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(session),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type SessionList = v.InferOutput<typeof sessionList>;

/** SocketTicket opens one socket, once. */
export const socketTicket = v.object({
  /** URL is the socket's address, ticket included. */
  url: v.string(),
  /** ExpiresIn is in seconds. */
  expiresIn: v.number(),
});
export type SocketTicket = v.InferOutput<typeof socketTicket>;

/** List is a page of a list. */
export const operatorList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(operator),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type OperatorList = v.InferOutput<typeof operatorList>;

/** Store is one shop or brand of an account. */
export const store = v.object({
  /** ID is the store's id. */
  id: v.string(),
  /** Name is the name of the shop or brand. */
  name: v.string(),
  /** Version is the version to send with the next change. */
  version: v.number(),
});
export type Store = v.InferOutput<typeof store>;

/** List is a page of a list. */
export const storeList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(store),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type StoreList = v.InferOutput<typeof storeList>;

const healthState = v.picklist(e.healthStates);

/** ChannelHealth says whether a channel works. */
export const channelHealth = v.object({
  /** State is unverified until the provider confirmed the credentials: such a channel receives and sends nothing. It is waiting until the first message and ok from then on, reauthorise when the credentials are no longer valid, stopped when the provider blocked the account, and silent when it sends and nothing comes in. */
  state: healthState,
  /** Code is the provider's error code, or for an unverified channel claimed (another channel has the asset) or moved (another channel took it when the provider refused this one's credentials), and for a silent one unreported (the provider did not report on messages) or diverted (it calls another address than ours); left out when there is none. */
  code: v.optional(v.string()),
  /** Message is the provider's error text; left out when there is none. */
  message: v.optional(v.string()),
  /** At is when the state began or was noticed; left out when it never changed. */
  at: v.optional(time),
  /** Since is when the channel stopped working, for a silent one the time after which nothing came in; left out while it works. */
  since: v.optional(time),
});
export type ChannelHealth = v.InferOutput<typeof channelHealth>;

/** Channel is a connected asset of a provider, for example a phone number or a page. Credentials are never answered. */
export const channel = v.object({
  /** ID is the channel's id. */
  id: v.string(),
  /** Type is the provider's product. */
  type: v.string(),
  /** Name is what operators call the channel. */
  name: v.string(),
  /** StoreID is the store that the channel's conversations belong to. */
  storeId: v.string(),
  /** ExternalID is the provider's id of the asset, unique over all accounts; for the own web chat the site's code. */
  externalId: v.string(),
  /** DisplayPhone is the phone number as people read it; left out when there is none. */
  displayPhone: v.optional(v.string()),
  /** Health says whether the channel works. */
  health: channelHealth,
  /** Settings are an object whose fields depend on the type of channel. */
  settings: v.record(v.string(), v.unknown()),
  /** Version is the version to send with the next change. */
  version: v.number(),
});
export type Channel = v.InferOutput<typeof channel>;

/** List is a page of a list. */
export const channelList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(channel),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type ChannelList = v.InferOutput<typeof channelList>;

const templateCategory = v.fallback(v.picklist(e.templateCategories), "utility");

const templateStatus = v.fallback(v.picklist(e.templateStatuses), "disabled");

const templateQuality = v.fallback(v.picklist(e.templateQualities), "unknown");

const templateFormat = v.fallback(v.picklist([...e.templateFormats, "other"]), "other");

/** TemplateHeader is the top of a template: a text, a file or a location. */
export const templateHeader = v.object({
  /** Format is what the header consists of. */
  format: templateFormat,
  /** Text is empty unless the format is text. */
  text: v.optional(v.string(), ""),
  /** Parameters is the number of placeholders; of a location four: latitude, longitude, name and address. */
  parameters: v.optional(v.number(), 0),
  /** Examples are the provider's values for the placeholders, in their order; empty when it gave none. */
  examples: v.optional(v.array(v.string()), []),
});
export type TemplateHeader = v.InferOutput<typeof templateHeader>;

/** TemplateText is a text with placeholders, written {{1}}. */
export const templateText = v.object({
  /** Text is the text with its placeholders. */
  text: v.string(),
  /** Parameters is the number of placeholders. */
  parameters: v.number(),
  /** Examples are the provider's values for the placeholders, in their order; empty when it gave none. */
  examples: v.optional(v.array(v.string()), []),
});
export type TemplateText = v.InferOutput<typeof templateText>;

const templateButtonType = v.fallback(v.picklist(e.templateButtonTypes), "other");

/** TemplateButton is a button of a template. */
export const templateButton = v.object({
  /** Type is what the button does. */
  type: templateButtonType,
  /** Text is what the contact reads. */
  text: v.string(),
  /** Parameter says whether the button needs a value. */
  parameter: v.boolean(),
});
export type TemplateButton = v.InferOutput<typeof templateButton>;

/** Template is a message that the provider approved, or has still to approve. Outside the window only templates may be sent. */
export const template = v.object({
  /** ID is the provider's. */
  id: v.string(),
  /** Name is the template's name, unique with its language. */
  name: v.string(),
  /** Language is as the provider writes it: es, es_AR. */
  language: v.string(),
  /** Category is the provider's; it decides what a message costs. */
  category: templateCategory,
  /** Status says whether the provider lets the template be sent. */
  status: templateStatus,
  /** Quality is the provider's rating. */
  quality: templateQuality,
  /** Reason is the provider's, for a rejected or paused template; otherwise empty. */
  reason: v.string(),
  /** UpdatedAt is when the service last stored a change of the template. */
  updatedAt: time,
  /** Header is null for a template without one. */
  header: v.nullable(templateHeader),
  /** Body is the text of the message. */
  body: templateText,
  /** Footer is empty for a template without one. */
  footer: v.string(),
  /** Buttons are empty for a template without buttons. */
  buttons: v.array(templateButton),
});
export type Template = v.InferOutput<typeof template>;

/** List is a page of a list. */
export const templateList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(template),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type TemplateList = v.InferOutput<typeof templateList>;

const fileType = v.picklist(e.fileTypes);

/** AttachmentLimit bounds one type of file. */
export const attachmentLimit = v.object({
  /** Type is the type of message that carries the file. */
  type: fileType,
  /** Mimes are the media types that may be sent as this type. */
  mimes: v.array(v.string()),
  /** Accept is the same with every spelling that browsers have for these types and the extensions of their file names, such as .pdf: a file whose type or name is in it may be announced. */
  accept: v.array(v.string()),
  /** MaxSize is in bytes. */
  maxSize: v.number(),
  /** Caption says whether the file may carry text. */
  caption: v.boolean(),
});
export type AttachmentLimit = v.InferOutput<typeof attachmentLimit>;

const messageType = v.fallback(v.picklist(e.messageTypes), "unsupported");

/** InteractiveLimit bounds buttons and lists. Lengths are in characters. */
export const interactiveLimit = v.object({
  /** MaxBody is the length of the text. */
  maxBody: v.number(),
  /** MaxFooter is the length of the footer. */
  maxFooter: v.number(),
  /** MaxButtons is the number of buttons. */
  maxButtons: v.number(),
  /** MaxButtonTitle is the length of a button's title. */
  maxButtonTitle: v.number(),
  /** MaxListButton is the length of the title of the button that opens a list. */
  maxListButton: v.number(),
  /** MaxSections is the number of sections of a list. */
  maxSections: v.number(),
  /** MaxRows is the number of rows over all sections of a list. */
  maxRows: v.number(),
  /** MaxRowTitle is the length of a row's title. */
  maxRowTitle: v.number(),
  /** MaxRowDescription is the length of a row's description. */
  maxRowDescription: v.number(),
});
export type InteractiveLimit = v.InferOutput<typeof interactiveLimit>;

/** Capabilities are what a type of channel can do. Lengths of texts are in characters. */
export const capabilities = v.object({
  /** ChannelType is the type of channel that the capabilities are of. */
  channelType: v.string(),
  /** MaxText is the length of a text message. */
  maxText: v.number(),
  /** MaxCaption is the length of the text that goes with a file. */
  maxCaption: v.number(),
  /** WindowSeconds is how long after the contact's last message free messages may be sent; 0 = always. */
  windowSeconds: v.number(),
  /** ReplyTo says whether a message may quote another one. */
  replyTo: v.boolean(),
  /** Attachments are the files that may be sent; empty when none may. */
  attachments: v.array(attachmentLimit),
  /** Types are the types of messages that may be sent. */
  types: v.array(messageType),
  /** Templates says whether the channel has templates. */
  templates: v.boolean(),
  /** Interactive is null for a channel without buttons and lists. */
  interactive: v.nullable(interactiveLimit),
  /** MaxCards is the number of contact cards in a message; 0 = none can be sent. */
  maxCards: v.number(),
  /** ReadReceipts says whether the contact is shown that messages were read. */
  readReceipts: v.boolean(),
  /** Typing says whether the contact is shown that an operator types. */
  typing: v.boolean(),
});
export type Capabilities = v.InferOutput<typeof capabilities>;

/** List is a page of a list. */
export const capabilitiesList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(capabilities),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type CapabilitiesList = v.InferOutput<typeof capabilitiesList>;

/** Closing says when assigned conversations close on their own. */
export const closing = v.object({
  /** IdleMinutes is how many minutes after its last message a conversation closes; null = never. */
  idleMinutes: v.nullable(v.number()),
});
export type Closing = v.InferOutput<typeof closing>;

const distributionMode = v.picklist(e.distributionModes);

/** Distribution says how new conversations are assigned. */
export const distribution = v.object({
  /** Mode is how an operator is chosen. */
  mode: distributionMode,
  /** ManagerID is the operator who gets every conversation in mode manager; null in the other modes. */
  managerId: v.nullable(v.string()),
});
export type Distribution = v.InferOutput<typeof distribution>;

/** Settings are the account's settings. */
export const settings = v.object({
  /** TimeZone is an IANA time zone name. */
  timeZone: v.string(),
  /** Language is the account's default language. */
  language: language,
  /** Closing says when conversations close on their own. */
  closing: closing,
  /** Distribution says how new conversations are assigned. */
  distribution: distribution,
  /** Version is the version to send with the next change. */
  version: v.number(),
});
export type Settings = v.InferOutput<typeof settings>;

const conversationStatus = v.picklist(e.conversationStatuses);

/** ChannelRef names the channel of a conversation. */
export const channelRef = v.object({
  /** ID is the channel's id. */
  id: v.string(),
  /** Type is the provider's product. */
  type: v.string(),
});
export type ChannelRef = v.InferOutput<typeof channelRef>;

/** ContactRef names the contact of a conversation. */
export const contactRef = v.object({
  /** ID is the contact's id. */
  id: v.string(),
  /** Name is the contact's name. */
  name: v.string(),
});
export type ContactRef = v.InferOutput<typeof contactRef>;

const direction = v.picklist(e.directions);

/** Preview is what a list shows of the newest message. */
export const preview = v.object({
  /** Text is at most 120 characters, with an ellipsis when it was cut. */
  text: v.string(),
  /** Type is the type of the newest message. */
  type: messageType,
  /** Direction is in for a message from the contact. */
  direction: direction,
  /** MessageID is the newest message. */
  messageId: v.string(),
  /** Revoked says that its author took the message back. */
  revoked: v.boolean(),
});
export type Preview = v.InferOutput<typeof preview>;

/** Conversation is an exchange with one contact on one channel. */
export const conversation = v.object({
  /** ID is the conversation's id. */
  id: v.string(),
  /** Status is the state of the conversation. */
  status: conversationStatus,
  /** Channel is where the conversation takes place. */
  channel: channelRef,
  /** StoreID is the store that the conversation belongs to. */
  storeId: v.string(),
  /** GroupID is null for a conversation of no group. */
  groupId: v.nullable(v.string()),
  /** Contact is who writes. */
  contact: contactRef,
  /** AssigneeID is the operator who has the conversation; null = in the pool. A resolved one keeps its last. */
  assigneeId: v.nullable(v.string()),
  /** Tags are the conversation's labels. */
  tags: v.array(v.string()),
  /** Preview is of the newest message; null before the first one. */
  preview: v.nullable(preview),
  /** LastActivityAt is the time of the last message of either side. */
  lastActivityAt: time,
  /** WindowUntil is when the channel stops taking free messages, counted from the provider's time of the contact's last message, or when the provider refused one for that reason; null when the contact never wrote or the channel has no window. */
  windowUntil: v.nullable(time),
  /** WaitingSince is the time of the first message that was not answered; null when none waits. */
  waitingSince: v.nullable(time),
  /** DueAt is when the assigned conversation closes if nobody writes; null = it does not close on its own, or nobody has it. */
  dueAt: v.nullable(time),
  /** Unread says whether the contact wrote after what the caller has read; left out of frames, which go to several operators. */
  unread: v.optional(v.boolean()),
  /** UnreadCount is how many messages the contact wrote after what the caller has read; left out of frames, as unread is. */
  unreadCount: v.optional(v.number()),
  /** ReadUpTo is the newest message that the caller has read; empty = none, or marked as unread. Left out of frames, as unread is. */
  readUpTo: v.optional(v.string()),
  /** InboundCount is how many messages the contact wrote, counted since the product counts them. It only grows. */
  inboundCount: v.number(),
  /** LastInboundID is the contact's newest message; null when the contact never wrote. */
  lastInboundId: v.nullable(v.string()),
  /** BotEnabled says whether a bot may answer. */
  botEnabled: v.boolean(),
  /** CreatedAt is when the conversation was opened. */
  createdAt: time,
  /** ResolvedAt is null until the conversation is resolved. */
  resolvedAt: v.nullable(time),
  /** Version grows with every change: of two states the one with the higher version is newer. */
  version: v.number(),
});
export type Conversation = v.InferOutput<typeof conversation>;

/** List is a page of a list. */
export const conversationList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(conversation),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type ConversationList = v.InferOutput<typeof conversationList>;

/** Count is exact unless there are more. */
export const count = v.object({
  /** Value is the number. */
  value: v.number(),
  /** More says that there are more than value. */
  more: v.boolean(),
});
export type Count = v.InferOutput<typeof count>;

/** CountsOfMine count the conversations that are assigned to the caller. */
export const countsOfMine = v.object({
  /** Open counts open conversations. */
  open: count,
  /** Pending counts conversations that wait for the contact. */
  pending: count,
  /** Unread counts those with messages that the caller has not read, among the 30 of the newest activity. More says that the caller has others. */
  unread: count,
});
export type CountsOfMine = v.InferOutput<typeof countsOfMine>;

/** CountsOfAll count all conversations that the caller sees. */
export const countsOfAll = v.object({
  /** Open counts open conversations, with or without an assignee. */
  open: count,
  /** Pending counts conversations that wait for the contact. */
  pending: count,
  /** Snoozed counts snoozed conversations. */
  snoozed: count,
  /** Resolved counts resolved conversations, without imported history. */
  resolved: count,
});
export type CountsOfAll = v.InferOutput<typeof countsOfAll>;

/** Counts are the numbers of conversations beside the inbox's lists, within what the caller sees. */
export const counts = v.object({
  /** Mine counts the conversations assigned to the caller. */
  mine: countsOfMine,
  /** Unassigned counts the open conversations of the pool, up to 1000. */
  unassigned: count,
  /** All counts every conversation that the caller sees. */
  all: countsOfAll,
});
export type Counts = v.InferOutput<typeof counts>;

const attachmentState = v.picklist(e.attachmentStates);

/** Attachment is a file of a message. */
export const attachment = v.object({
  /** ID names the file among those of its message. */
  id: v.string(),
  /** Name is the file name, safe to show and to save. */
  name: v.string(),
  /** Mime is the media type, as the sender's provider says it. */
  mime: v.string(),
  /** Size is in bytes; 0 when the provider did not say it and the file is not stored yet. */
  size: v.number(),
  /** URL is a path of the API that redirects to the file; null until the file is stored. */
  url: v.nullable(v.string()),
  /** State says whether the file is stored. */
  state: attachmentState,
});
export type Attachment = v.InferOutput<typeof attachment>;

/** Location is a place. Without name and address it is a pin on the map. */
export const location = v.object({
  /** Latitude is in degrees. */
  latitude: v.number(),
  /** Longitude is in degrees. */
  longitude: v.number(),
  /** Name is empty when the sender gave none. */
  name: v.string(),
  /** Address is empty when the sender gave none. */
  address: v.string(),
});
export type Location = v.InferOutput<typeof location>;

/** Card is a contact card that was shared in a message. */
export const card = v.object({
  /** Name is the person's name. */
  name: v.string(),
  /** Company is empty when the card names none. */
  company: v.string(),
  /** Phones are the card's phone numbers, as the sender wrote them. */
  phones: v.array(v.string()),
  /** Emails are the card's email addresses. */
  emails: v.array(v.string()),
});
export type Card = v.InferOutput<typeof card>;

/** Button is one button of a message. */
export const button = v.object({
  /** ID comes back when the contact taps the button. */
  id: v.string(),
  /** Title is what the contact reads. */
  title: v.string(),
});
export type Button = v.InferOutput<typeof button>;

/** Row is one choice of a list. */
export const row = v.object({
  /** ID comes back when the contact taps the row. */
  id: v.string(),
  /** Title is what the contact reads. */
  title: v.string(),
  /** Description is what the contact reads below the title; empty without one. */
  description: v.optional(v.string(), ""),
});
export type Row = v.InferOutput<typeof row>;

/** Section is a part of a list. */
export const section = v.object({
  /** Title is the heading; empty without one. */
  title: v.optional(v.string(), ""),
  /** Rows are the choices of the section. */
  rows: v.array(row),
});
export type Section = v.InferOutput<typeof section>;

/** Interactive is what a message offers to tap: buttons, or a list that one button opens. */
export const interactive = v.object({
  /** Footer is a small text below; empty without one. */
  footer: v.optional(v.string(), ""),
  /** Buttons are empty for a list. */
  buttons: v.optional(v.array(button), []),
  /** Button is the title of the button that opens the list; empty without one. */
  button: v.optional(v.string(), ""),
  /** Sections are the parts of the list; empty without one. */
  sections: v.optional(v.array(section), []),
});
export type Interactive = v.InferOutput<typeof interactive>;

/** FormField is one answer of a form. */
export const formField = v.object({
  /** Name is the field's name. A field within another is named by both, joined by a dot. */
  name: v.string(),
  /** Value is the answer. */
  value: v.string(),
});
export type FormField = v.InferOutput<typeof formField>;

/** Form is what a contact filled into a form of the provider's app. The message's text has the same as lines. */
export const form = v.object({
  /** Name is the provider's name of the form; may be empty. */
  name: v.string(),
  /** Fields are the answers, in the form's order; empty when the document could not be read. */
  fields: v.array(formField),
  /** Raw is the beginning of the provider's document, as it came. */
  raw: v.string(),
});
export type Form = v.InferOutput<typeof form>;

/** Choice is a button or row that a contact tapped. */
export const choice = v.object({
  /** ID is what was sent with it: a button's payload, or a row's id. */
  id: v.string(),
});
export type Choice = v.InferOutput<typeof choice>;

/** Unsupported is content that could not be taken in or delivered. */
export const unsupported = v.object({
  /** Kind is the provider's word for the content. */
  kind: v.string(),
  /** Code is the provider's error code; empty when it gave none. */
  code: v.string(),
  /** Reason is the provider's text; empty when it gave none. */
  reason: v.string(),
  /** Raw is the beginning of what the provider sent; empty when the content was understood. */
  raw: v.string(),
});
export type Unsupported = v.InferOutput<typeof unsupported>;

/** TemplateRef names the template that a message was made from. */
export const templateRef = v.object({
  /** Name is the template's name. */
  name: v.string(),
  /** Language is the template's, as the provider writes it: es, es_AR. */
  language: v.string(),
  /** Heading is the header's text as it was sent; empty without one. The message's text begins with it. */
  heading: v.optional(v.string(), ""),
  /** Footer is empty without one. The message's text ends with it. */
  footer: v.optional(v.string(), ""),
  /** Buttons are the template's when the message was sent; empty without any. */
  buttons: v.optional(v.array(templateButton), []),
});
export type TemplateRef = v.InferOutput<typeof templateRef>;

const authorKind = v.picklist(e.authorKinds);

/** Author is who wrote a message or caused an event. */
export const author = v.object({
  /** Kind is what the author is. */
  kind: authorKind,
  /** ID is of an operator or a contact; empty for the other kinds. */
  id: v.string(),
  /** Name is the author's name at that time; may be empty. */
  name: v.string(),
});
export type Author = v.InferOutput<typeof author>;

/** SitePage is a page of a site on which a visitor wrote. */
export const sitePage = v.object({
  /** URL is the page's address, on the origin of the visitor's session. */
  url: v.string(),
  /** Title is the page's title; may be empty. */
  title: v.string(),
});
export type SitePage = v.InferOutput<typeof sitePage>;

const referralSource = v.fallback(v.picklist(e.referralSources), "ad");

/** Referral is the advertisement or post through which somebody came to write. */
export const referral = v.object({
  /** URL is empty when the provider gave no address of the web. */
  url: v.string(),
  /** Headline is the title of the advertisement or post. */
  headline: v.string(),
  /** Body is the text of the advertisement or post. */
  body: v.string(),
  /** Source is what was tapped. */
  source: referralSource,
  /** SourceID is the provider's id of the advertisement or post. */
  sourceId: v.string(),
  /** ClickID is the advertisement's id of the tap; left out when the provider gave none. */
  clickId: v.optional(v.string()),
});
export type Referral = v.InferOutput<typeof referral>;

const messageStatus = v.picklist(e.messageStatuses);

/** MessageError is why a message was not delivered. */
export const messageError = v.object({
  /** Code is the provider's error code, or the service's own: an error code of this API, or channel_gone. */
  code: v.string(),
  /** Message is the provider's text, or the service's. */
  message: v.string(),
  /** Reason is what the code means, independent of the provider, such as window_closed; left out when there is none. */
  reason: v.optional(v.string()),
});
export type MessageError = v.InferOutput<typeof messageError>;

/** Delivery is when a sent message came how far, in the provider's times; null where nothing was reported. */
export const delivery = v.object({
  /** SentAt is when the provider took the message. */
  sentAt: v.nullable(time),
  /** DeliveredAt is when the message reached the contact. */
  deliveredAt: v.nullable(time),
  /** ReadAt is when the contact saw the message. */
  readAt: v.nullable(time),
  /** FailedAt is when the provider gave up. */
  failedAt: v.nullable(time),
});
export type Delivery = v.InferOutput<typeof delivery>;

/** Pricing is what a provider charges a message as, in its own words. */
export const pricing = v.object({
  /** Category is such as service, utility or marketing. */
  category: v.string(),
  /** Type says why it is free, or that it is charged. */
  type: v.string(),
  /** Model is the provider's price model. */
  model: v.string(),
  /** Billable says that it is charged. Providers call this deprecated. */
  billable: v.boolean(),
});
export type Pricing = v.InferOutput<typeof pricing>;

/** Reaction is one side's emoji on a message. */
export const reaction = v.object({
  /** From is in for the contact's reaction. */
  from: direction,
  /** Emoji is the emoji. */
  emoji: v.string(),
  /** At is the provider's time. */
  at: time,
});
export type Reaction = v.InferOutput<typeof reaction>;

/** Message is one message of a conversation. */
export const message = v.object({
  /** ID sorts messages of a conversation by time. */
  id: v.string(),
  /** ConversationID is the conversation that the message belongs to. */
  conversationId: v.string(),
  /** Direction is in for a message from the contact. */
  direction: direction,
  /** Type says which fields hold the content. */
  type: messageType,
  /** Text is left out only of a frame in which it did not fit. */
  text: v.optional(v.string(), ""),
  /** Attachments are empty once the message was revoked. */
  attachments: v.array(attachment),
  /** Location is null for every type but location. */
  location: v.nullable(location),
  /** Cards are empty for every type but contacts. */
  cards: v.array(card),
  /** Interactive is left out for a message without buttons or a list. */
  interactive: v.optional(interactive),
  /** Form is what the contact filled into a form; left out for any other message. */
  form: v.optional(form),
  /** Choice is what the contact tapped; left out for any other message. */
  choice: v.optional(choice),
  /** Unsupported is content that could not be taken in or that the provider could not deliver; left out when there is none. */
  unsupported: v.optional(unsupported),
  /** Template is the template that the text was made from; left out for any other message. */
  template: v.optional(templateRef),
  /** Author is who wrote the message. */
  author: author,
  /** ReplyTo is the id of the message that is quoted; null when none is. */
  replyTo: v.nullable(v.string()),
  /** Page is where on a site a visitor wrote; left out for any other message. */
  page: v.optional(sitePage),
  /** Referral is what led the contact to write; left out when nothing is known of it. */
  referral: v.optional(referral),
  /** Status is how far a sent message came; received for one from the contact. */
  status: messageStatus,
  /** Error is the provider's reason for a failure; null when nothing failed. */
  error: v.nullable(messageError),
  /** Delivery is when a sent message came how far; left out for one from the contact. */
  delivery: v.optional(delivery),
  /** Pricing is what the provider charges the message as; left out when it did not tell. */
  pricing: v.optional(pricing),
  /** ClientID is the id that the sending client chose; left out for messages that came from a provider. */
  clientId: v.optional(v.string()),
  /** Reactions are at most one of each side. */
  reactions: v.array(reaction),
  /** EditedAt is the provider's time of the last edit; null when the text is the first one. */
  editedAt: v.nullable(time),
  /** RevokedAt is the provider's time at which the author took the message back; null when they did not. */
  revokedAt: v.nullable(time),
  /** SentAt is the provider's time for what a contact wrote, and the time of the request for what an operator did. */
  sentAt: time,
  /** ReceivedAt is when the service received or accepted the message. */
  receivedAt: time,
  /** Version grows with every change: of two states the one with the higher version is newer. */
  version: v.number(),
});
export type Message = v.InferOutput<typeof message>;

/** List is a page of a list. */
export const messageList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(message),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type MessageList = v.InferOutput<typeof messageList>;

/** Considered is one operator who was looked at, and what became of them. */
export const considered = v.object({
  /** OperatorID is the operator's id. */
  operatorId: v.string(),
  /** Name is the operator's name at that time. */
  name: v.string(),
  /** Outcome is why the operator was chosen or not. */
  outcome: v.string(),
  /** Open is how many conversations the operator had. */
  open: v.number(),
  /** Capacity is how many the operator may have. */
  capacity: v.number(),
});
export type Considered = v.InferOutput<typeof considered>;

/** Reason explains a decision. */
export const reason = v.object({
  /** Code is why it was decided so. */
  code: v.string(),
  /** Considered are the operators who were looked at; empty in a frame in which they did not fit. */
  considered: v.optional(v.array(considered), []),
});
export type Reason = v.InferOutput<typeof reason>;

/** EventData are the facts of an event; those that do not belong to its type are left out. */
export const eventData = v.object({
  /** AssigneeID is the operator who has the conversation since the event. */
  assigneeId: v.optional(v.string()),
  /** PreviousAssigneeID is the operator who had the conversation before. */
  previousAssigneeId: v.optional(v.string()),
  /** Status is the status since the event. */
  status: v.optional(v.string()),
  /** PreviousStatus is the status before the event. */
  previousStatus: v.optional(v.string()),
  /** MessageID is the message that the event is about. */
  messageId: v.optional(v.string()),
  /** OtherConversationID is the conversation with which this one was joined, for events of type merged. */
  otherConversationId: v.optional(v.string()),
  /** Code is the provider's error code of a message that failed. */
  code: v.optional(v.string()),
});
export type EventData = v.InferOutput<typeof eventData>;

/** Event is one line of a conversation's timeline. Types and codes grow: show what is unknown neutrally or not at all. */
export const event = v.object({
  /** ID sorts the events of a conversation by time. */
  id: v.string(),
  /** ConversationID is the conversation that the event belongs to. */
  conversationId: v.string(),
  /** Type says what happened. */
  type: v.string(),
  /** At is when it happened. */
  at: time,
  /** Actor is who caused the event; kind system for the service itself. */
  actor: author,
  /** Reason explains a decision of the service; null for what a person did. */
  reason: v.nullable(reason),
  /** Data are the facts of the event. */
  data: eventData,
});
export type Event = v.InferOutput<typeof event>;

/** List is a page of a list. */
export const eventList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(event),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type EventList = v.InferOutput<typeof eventList>;

/** Upload says where to put the bytes of a file, and under which id a message may carry it. */
export const upload = v.object({
  /** ID is good for 24 hours. */
  id: v.string(),
  /** URL takes one PUT within 15 minutes. */
  url: v.string(),
  /** Headers go with the PUT. */
  headers: v.record(v.string(), v.string()),
});
export type Upload = v.InferOutput<typeof upload>;

/** Identity is a contact's address on a channel. */
export const identity = v.object({
  /** ChannelID is the channel on which the address is valid. */
  channelId: v.string(),
  /** Type is the channel's type. */
  type: v.string(),
  /** ExternalID is the provider's id of the person. */
  externalId: v.string(),
  /** Username is left out when the provider has none. */
  username: v.optional(v.string()),
  /** Phone is left out when the provider gave none. */
  phone: v.optional(v.string()),
});
export type Identity = v.InferOutput<typeof identity>;

/** ContactMerge is a contact that became part of another one, because a message named both. */
export const contactMerge = v.object({
  /** ID names the merge when it is undone. */
  id: v.string(),
  /** At is when the two became one. */
  at: time,
  /** ExternalID is the provider's id under which the other contact was known. */
  externalId: v.string(),
});
export type ContactMerge = v.InferOutput<typeof contactMerge>;

/** Contact is a person who writes to the account. */
export const contact = v.object({
  /** ID is the contact's id. */
  id: v.string(),
  /** Name is what lists show: the profile's until an operator sets another. */
  name: v.string(),
  /** FirstName is empty until an operator sets it. */
  firstName: v.string(),
  /** LastName is empty until an operator sets it. */
  lastName: v.string(),
  /** Email is null when it is not known. */
  email: v.nullable(v.string()),
  /** Phone is digits with the country code, without a plus; null when it is not known. */
  phone: v.nullable(v.string()),
  /** Blocked says whether an operator blocked the contact. */
  blocked: v.boolean(),
  /** Identities are the contact's addresses on the account's channels. */
  identities: v.array(identity),
  /** StoreIDs are the stores in which the contact has conversations and that the caller sees; left out when there are none. */
  storeIds: v.optional(v.array(v.string())),
  /** Merges are the contacts that were found to be the same person and became part of this one, oldest first; left out when there are none. */
  merges: v.optional(v.array(contactMerge)),
  /** MarketingOptOutAt is since when the contact refuses advertising; left out for those who do not. */
  marketingOptOutAt: v.optional(time),
  /** CreatedAt is when the contact was first seen. */
  createdAt: time,
  /** Version is the version to send with the next change. */
  version: v.number(),
});
export type Contact = v.InferOutput<typeof contact>;

/** List is a page of a list. */
export const contactList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(contact),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type ContactList = v.InferOutput<typeof contactList>;

/** SignedInOperator is the operator who signed in. */
export const signedInOperator = v.object({
  /** ID is the operator's id. */
  id: v.string(),
  /** Name is the operator's name. */
  name: v.string(),
  /** Email is the address that the operator signed in with. */
  email: v.string(),
  /** Role decides what the operator may do. */
  role: role,
});
export type SignedInOperator = v.InferOutput<typeof signedInOperator>;

/** SignedInAccount is the account that the operator belongs to. */
export const signedInAccount = v.object({
  /** ID is the account's id. */
  id: v.string(),
  /** Name is the name of the business. */
  name: v.string(),
});
export type SignedInAccount = v.InferOutput<typeof signedInAccount>;

/** SignedIn is who signed in. */
export const signedIn = v.object({
  /** Operator is who signed in. */
  operator: signedInOperator,
  /** Account is the account that the operator belongs to. */
  account: signedInAccount,
  /** AccessToken goes into the Authorization header; left out for browsers, which get a cookie. */
  accessToken: v.optional(v.string()),
});
export type SignedIn = v.InferOutput<typeof signedIn>;

/** Empty is an answer without content: the work was accepted and is done later. */
export const empty = v.object({
});
export type Empty = v.InferOutput<typeof empty>;

const assignableRole = v.picklist(e.assignableRoles);

/** InvitationOffer is what an invitation's link offers. A link that does not work answers conflict with the reason invitation_expired, invitation_used, invitation_replaced (by a newer one), invitation_revoked (also when the inviter may no longer give what it gives), or exists (its address signs in to another account by now), and one that never existed invalid. */
export const invitationOffer = v.object({
  /** AccountName is the name of the business. */
  accountName: v.string(),
  /** InviterName is the name of who invites. */
  inviterName: v.string(),
  /** Email is the address that will sign in. */
  email: v.string(),
  /** Role is the role that they will have. */
  role: assignableRole,
});
export type InvitationOffer = v.InferOutput<typeof invitationOffer>;

const invitationStatus = v.picklist(e.invitationStatuses);

/** Inviter is who invites. */
export const inviter = v.object({
  /** ID is the operator's id. */
  id: v.string(),
  /** Name is the operator's name. */
  name: v.string(),
});
export type Inviter = v.InferOutput<typeof inviter>;

/** Invitation is a pending invitation. An expired one stays until it is sent again or revoked. */
export const invitation = v.object({
  /** ID is the invitation's id; an address keeps it when it is invited again. */
  id: v.string(),
  /** Email is the address invited. */
  email: v.string(),
  /** Role is the role that they will have. */
  role: assignableRole,
  /** StoreIDs are the stores that they will be granted; empty = every store. */
  storeIds: v.array(v.string()),
  /** InvitedBy is who sent the newest link. */
  invitedBy: inviter,
  /** SentAt is when the newest link was sent. */
  sentAt: time,
  /** ExpiresAt is when the newest link stops working, seven days after it was sent. It is of the clock of stored times. */
  expiresAt: time,
});
export type Invitation = v.InferOutput<typeof invitation>;

/** InvitationResult is what became of one address. */
export const invitationResult = v.object({
  /** Email is the address, in lower case if it is one. */
  email: v.string(),
  /** Status is sent, or why nothing was sent. */
  status: invitationStatus,
  /** Invitation is null unless it was sent. */
  invitation: v.nullable(invitation),
});
export type InvitationResult = v.InferOutput<typeof invitationResult>;

/** Invited is what became of the addresses. */
export const invited = v.object({
  /** Results are in the order of the addresses. */
  results: v.array(invitationResult),
});
export type Invited = v.InferOutput<typeof invited>;

/** List is a page of a list. */
export const invitationList = v.object({
  /** Items are the page's entries, in the order of the list. A page may be empty and still have a next one. */
  items: v.array(invitation),
  /** NextCursor leads to the next page of the same query; null on the last page. */
  nextCursor: v.nullable(v.string()),
});
export type InvitationList = v.InferOutput<typeof invitationList>;

const errorCode = v.fallback(v.picklist(e.errorCodes), "internal");

/** ErrorBody describes what went wrong. */
export const errorBody = v.object({
  /** Code is the kind of error; it decides the HTTP status. */
  code: errorCode,
  /** Message is English text for developers. */
  message: v.string(),
  /** Field is the path of the offending part of the input; left out when no single field is at fault. */
  field: v.optional(v.string()),
  /** Reason tells conflicts apart by a stable word, for example version_changed or claimed; left out for all other codes. */
  reason: v.optional(v.string()),
  /** RetryAfter is how many seconds to wait before the same call may succeed, as the header Retry-After says; left out when waiting does not help. */
  retryAfter: v.optional(v.number()),
});
export type ErrorBody = v.InferOutput<typeof errorBody>;

/** ErrorAnswer is the answer of a call that failed. */
export const errorAnswer = v.object({
  /** Error describes what went wrong. */
  error: errorBody,
});
export type ErrorAnswer = v.InferOutput<typeof errorAnswer>;

/** MessageUpserted carries a new or changed message. */
export const messageUpserted = v.object({
  type: v.literal("message.upserted"),
  /** ConversationID is the conversation of the message. */
  conversationId: v.string(),
  /** Message is the message as it is now. */
  message: message,
  /** Partial says that the content did not fit the frame and has to be fetched: without the text, or without any. */
  partial: v.optional(v.boolean()),
});
export type MessageUpserted = v.InferOutput<typeof messageUpserted>;

/** MessageRemoved says that a message no longer exists: it was merged into another one as its echo. */
export const messageRemoved = v.object({
  type: v.literal("message.removed"),
  /** ConversationID is the conversation of the message. */
  conversationId: v.string(),
  /** MessageID is the message that no longer exists. */
  messageId: v.string(),
});
export type MessageRemoved = v.InferOutput<typeof messageRemoved>;

/** ConversationWas is what of an earlier state decides where a conversation was counted. */
export const conversationWas = v.object({
  /** Status is null when the conversation did not exist. */
  status: v.nullable(conversationStatus),
  /** AssigneeID is null when nobody had it. */
  assigneeId: v.nullable(v.string()),
});
export type ConversationWas = v.InferOutput<typeof conversationWas>;

/** ConversationUpserted carries a new or changed conversation, without what belongs to one reader. */
export const conversationUpserted = v.object({
  type: v.literal("conversation.upserted"),
  /** Conversation is the conversation as it is now, without unread and readUpTo. */
  conversation: conversation,
  /** Was is what it was before its status or assignee changed, for whoever keeps counts; left out when neither did. */
  was: v.optional(conversationWas),
});
export type ConversationUpserted = v.InferOutput<typeof conversationUpserted>;

/** EventAppended carries a new line of a timeline. */
export const eventAppended = v.object({
  type: v.literal("event.appended"),
  /** ConversationID is the conversation of the event. */
  conversationId: v.string(),
  /** Event is the new line. */
  event: event,
});
export type EventAppended = v.InferOutput<typeof eventAppended>;

/** ReadMoved tells an operator's browsers how far the operator has read. Of several the one with the newest at counts. */
export const readMoved = v.object({
  type: v.literal("read"),
  /** ConversationID is the conversation that was read. */
  conversationId: v.string(),
  /** ReadUpTo is the id of the last message that was read. */
  readUpTo: v.string(),
  /** At is when the cursor moved. */
  at: time,
});
export type ReadMoved = v.InferOutput<typeof readMoved>;

/** Presence says whether an operator is online and takes conversations. */
export const presence = v.object({
  type: v.literal("presence"),
  /** OperatorID is the operator's id. */
  operatorId: v.string(),
  /** Online says whether the operator has the console open. */
  online: v.boolean(),
  /** Availability says whether the operator takes new conversations. */
  availability: availability,
});
export type Presence = v.InferOutput<typeof presence>;

/** Viewing is the complete list of the operators who look at a conversation. */
export const viewing = v.object({
  type: v.literal("viewing"),
  /** ConversationID is the conversation that is looked at. */
  conversationId: v.string(),
  /** OperatorIDs are the operators; empty when nobody looks. */
  operatorIds: v.array(v.string()),
});
export type Viewing = v.InferOutput<typeof viewing>;

/** Typist is who types. */
export const typist = v.object({
  /** Kind is contact or operator. */
  kind: v.string(),
  /** ID is of an operator or a contact. */
  id: v.string(),
  /** Name is the person's name. */
  name: v.string(),
});
export type Typist = v.InferOutput<typeof typist>;

/** Typing says that somebody types in a conversation, or stopped. */
export const typing = v.object({
  type: v.literal("typing"),
  /** ConversationID is the conversation in which it happens. */
  conversationId: v.string(),
  /** By is who types. */
  by: typist,
  /** On is false when the person stopped. */
  on: v.boolean(),
});
export type Typing = v.InferOutput<typeof typing>;

/** Notice is a hint to one operator, as a code that the browser translates. */
export const notice = v.object({
  type: v.literal("notice"),
  /** Code is an open list; today assigned, picture_ready and picture_refused. */
  code: v.string(),
  /** ConversationID is left out of a notice that concerns none. */
  conversationId: v.optional(v.string()),
});
export type Notice = v.InferOutput<typeof notice>;

/** Pong answers a ping. */
export const pong = v.object({
  type: v.literal("pong"),
});
export type Pong = v.InferOutput<typeof pong>;

/** Watching answers a view: from now on the browser is told of changes in the lists. What it fetched before may be old. */
export const watching = v.object({
  type: v.literal("watching"),
});
export type Watching = v.InferOutput<typeof watching>;

/** What the socket of an operator carries. */
export const frameItem = v.variant("type", [messageUpserted, messageRemoved, conversationUpserted, eventAppended, readMoved, presence, viewing, typing, notice, pong, watching]);
