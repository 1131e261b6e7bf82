/** Made by infra/contract from package shared/wire: change it there and run `make generate`. */
import * as v from "valibot";
import { listOf, maybeTime, strings, time, words } from "../lenient.ts";
import * as e from "./enums.ts";

/** Site is how a site presents itself. */
export const site = v.object({
  /** Title defaults to the name of the business. */
  title: words,
  /** Greeting is empty when the site has none. */
  greeting: words,
  /** Color is #rrggbb. */
  color: words,
});
export type Site = v.InferOutput<typeof site>;

/** AttachmentLimit bounds one type of file. */
export const attachmentLimit = v.object({
  /** Type is the type of message that carries the file. */
  type: v.picklist(e.fileTypes),
  /** Accept is the same with every spelling that browsers have for these types and the extensions of their file names, such as .pdf: a file whose type or name is in it may be announced. */
  accept: v.array(v.string()),
  /** MaxSize is in bytes. */
  maxSize: v.number(),
});
export type AttachmentLimit = v.InferOutput<typeof attachmentLimit>;

/** VisitorLimits bound what a visitor sends. */
export const visitorLimits = v.object({
  /** MaxText is in characters. */
  maxText: v.fallback(v.number(), 4096),
  /** Attachments are the files that may be sent. */
  attachments: listOf(attachmentLimit),
});
export type VisitorLimits = v.InferOutput<typeof visitorLimits>;

/** VisitorSession is a visitor's session. */
export const visitorSession = v.object({
  /** Token goes into the Authorization header of every other call. */
  token: v.string(),
  /** VisitorID is the visitor's id. */
  visitorId: v.string(),
  /** Site is how the site presents itself. */
  site: site,
  /** Online says whether somebody takes conversations of the site now. */
  online: v.fallback(v.boolean(), true),
  /** Started says whether the visitor wrote before. */
  started: v.fallback(v.boolean(), false),
  /** Unread is how many messages of the newest page the visitor has not read. */
  unread: v.fallback(v.number(), 0),
  /** Limits bound what the visitor sends. */
  limits: visitorLimits,
});
export type VisitorSession = v.InferOutput<typeof visitorSession>;

/** VisitorAttachment is a file; a link to it is asked for when it is needed. */
export const visitorAttachment = v.object({
  /** ID names the file among those of its message. */
  id: v.string(),
  /** Name is the file name, safe to show and to save. */
  name: words,
  /** Mime is the media type. */
  mime: words,
  /** Size is in bytes. */
  size: v.fallback(v.number(), 0),
  /** State says whether the file is stored. */
  state: v.fallback(v.picklist(e.attachmentStates), "failed"),
});
export type VisitorAttachment = v.InferOutput<typeof visitorAttachment>;

/** Location is a place. Without name and address it is a pin on the map. */
export const location = v.object({
  /** Latitude is in degrees. */
  latitude: v.number(),
  /** Longitude is in degrees. */
  longitude: v.number(),
  /** Name is empty when the sender gave none. */
  name: words,
  /** Address is empty when the sender gave none. */
  address: words,
});
export type Location = v.InferOutput<typeof location>;

/** Card is a contact card that was shared in a message. */
export const card = v.object({
  /** Name is the person's name. */
  name: words,
  /** Company is empty when the card names none. */
  company: words,
  /** Phones are the card's phone numbers, as the sender wrote them. */
  phones: listOf(v.string()),
  /** Emails are the card's email addresses. */
  emails: listOf(v.string()),
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
  description: words,
});
export type Row = v.InferOutput<typeof row>;

/** Section is a part of a list. */
export const section = v.object({
  /** Title is the heading; empty without one. */
  title: words,
  /** Rows are the choices of the section. */
  rows: listOf(row),
});
export type Section = v.InferOutput<typeof section>;

/** Interactive is what a message offers to tap: buttons, or a list that one button opens. */
export const interactive = v.object({
  /** Footer is a small text below; empty without one. */
  footer: words,
  /** Buttons are empty for a list. */
  buttons: listOf(button),
  /** Button is the title of the button that opens the list; empty without one. */
  button: words,
  /** Sections are the parts of the list; empty without one. */
  sections: listOf(section),
});
export type Interactive = v.InferOutput<typeof interactive>;

/** VisitorAuthor is who wrote a message. */
export const visitorAuthor = v.object({
  /** Kind is what the author is. */
  kind: words,
  /** Name is the author's first name; may be empty. */
  name: words,
  /** Picture is a path on this origin; null without a picture. */
  picture: v.fallback(v.nullable(v.string()), null),
});
export type VisitorAuthor = v.InferOutput<typeof visitorAuthor>;

/** VisitorMessage is a message as a visitor sees it: nothing of what operators alone may know. */
export const visitorMessage = v.object({
  /** ID sorts messages of a conversation by time. */
  id: v.string(),
  /** ConversationID is the conversation that the message belongs to. */
  conversationId: v.string(),
  /** ClientID is the id that the visitor's browser chose; left out for messages of others. */
  clientId: v.optional(v.string()),
  /** Direction is in for a message from the visitor. */
  direction: v.picklist(e.directions),
  /** Type says which fields hold the content. */
  type: words,
  /** Text is left out only of a frame in which it did not fit. */
  text: words,
  /** Attachments are empty once the message was revoked. */
  attachments: listOf(visitorAttachment),
  /** Location is null for every type but location. */
  location: v.fallback(v.nullable(location), null),
  /** Cards are empty for every type but contacts. */
  cards: listOf(card),
  /** Interactive is left out for a message without buttons or a list. */
  interactive: v.fallback(v.nullable(interactive), null),
  /** Author is who wrote the message. */
  author: v.fallback(visitorAuthor, { kind: "", name: "", picture: null }),
  /** ReplyTo is the id of the message that is quoted; null when none is. */
  replyTo: v.fallback(v.nullable(v.string()), null),
  /** Status is how far a message came. */
  status: words,
  /** EditedAt is null when the text was never edited. */
  editedAt: maybeTime,
  /** RevokedAt is null unless the author took the message back. */
  revokedAt: maybeTime,
  /** SentAt is when the message was written. */
  sentAt: time,
  /** Version grows with every change: of two states the one with the higher version is newer. */
  version: v.fallback(v.number(), 0),
});
export type VisitorMessage = v.InferOutput<typeof visitorMessage>;

export const visitorMessageList = v.object({ items: listOf(visitorMessage), nextCursor: v.nullable(v.string()) });

/** Upload says where to put the bytes of a file, and under which id a message may carry it. */
export const upload = v.object({
  /** ID is good for 24 hours. */
  id: v.string(),
  /** URL takes one PUT within 15 minutes. */
  url: v.string(),
  /** Headers go with the PUT. */
  headers: strings,
});
export type Upload = v.InferOutput<typeof upload>;

/** FileLink leads to a file. */
export const fileLink = v.object({
  /** URL opens the file without further credentials. */
  url: v.string(),
  /** ExpiresIn is in seconds. */
  expiresIn: v.number(),
});
export type FileLink = v.InferOutput<typeof fileLink>;

/** SocketTicket opens one socket, once. */
export const socketTicket = v.object({
  /** URL is the socket's address, ticket included. */
  url: v.string(),
});
export type SocketTicket = v.InferOutput<typeof socketTicket>;

/** ErrorBody describes what went wrong. */
export const errorBody = v.object({
  /** Code is the kind of error; it decides the HTTP status. */
  code: v.fallback(v.picklist(e.errorCodes), "internal"),
  /** Field is the path of the offending part of the input; left out when no single field is at fault. */
  field: v.optional(v.string()),
});
export type ErrorBody = v.InferOutput<typeof errorBody>;

/** ErrorAnswer is the answer of a call that failed. */
export const errorAnswer = v.object({
  /** Error describes what went wrong. */
  error: errorBody,
});
export type ErrorAnswer = v.InferOutput<typeof errorAnswer>;

/** VisitorMessageUpserted carries a new or changed message to a visitor. */
export const visitorMessageUpserted = v.object({
  type: v.literal("message.upserted"),
  /** Message is the message as it is now. */
  message: visitorMessage,
  /** Partial says that the content did not fit the frame and has to be fetched: without the text, or without any. */
  partial: v.fallback(v.boolean(), false),
});
export type VisitorMessageUpserted = v.InferOutput<typeof visitorMessageUpserted>;

/** VisitorTyping says that an operator types, or stopped. */
export const visitorTyping = v.object({
  type: v.literal("typing"),
  /** By is who types. */
  by: visitorAuthor,
  /** On is false when the operator stopped. */
  on: v.boolean(),
});
export type VisitorTyping = v.InferOutput<typeof visitorTyping>;

/** VisitorLimited says that the browser sent too many frames. Those that it sends until then are dropped, and close the socket when they are many. */
export const visitorLimited = v.object({
  type: v.literal("limited"),
  /** RetryAfter is in seconds. */
  retryAfter: v.number(),
});
export type VisitorLimited = v.InferOutput<typeof visitorLimited>;

/** Pong answers a ping. */
export const pong = v.object({
  type: v.literal("pong"),
});
export type Pong = v.InferOutput<typeof pong>;

/** What the socket of a visitor carries, by type. */
export const visitorItems = {
  "message.upserted": visitorMessageUpserted,
  "typing": visitorTyping,
  "limited": visitorLimited,
  "pong": pong,
};
