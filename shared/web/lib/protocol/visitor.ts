/**
 * The visitor's side of the web chat: answers of `/widget/v1` and the frames of its socket. It stands apart from the
 * operators' shapes, so that a shop's page does not load those. Unknown fields are dropped; of a message only its identity
 * has to be right, all the rest has a meaning when it is missing.
 */
import * as v from "valibot";
import { errorCodes } from "./codes.ts";
import { fitting, parseItems } from "./parse.ts";

export type { ErrorCode } from "./codes.ts";
export { parse, ShapeError } from "./parse.ts";
export type { FileKind } from "./rest.ts";

const time = v.pipe(v.string(), v.isoTimestamp());
const words = v.fallback(v.string(), "");
const maybeTime = v.fallback(v.nullable(time), null);

/** Items that are not as they should be are left out, as unknown ones of a newer server. */
const listOf = <T extends v.GenericSchema>(item: T) =>
  v.pipe(
    v.fallback(v.array(v.unknown()), []),
    v.transform((items) => items.flatMap((value) => fitting(item, value))),
  );

export const visitorError = v.object({
  error: v.object({ code: v.fallback(v.picklist(errorCodes), "internal"), field: v.optional(v.string()) }),
});

export const visitorSession = v.object({
  token: v.string(),
  visitorId: v.string(),
  site: v.object({ name: words, title: words, greeting: words, color: words }),
  online: v.fallback(v.boolean(), true),
  unread: v.fallback(v.number(), 0),
  started: v.fallback(v.boolean(), false),
  limits: v.object({
    maxText: v.fallback(v.number(), 4096),
    attachments: listOf(
      v.object({
        type: v.picklist(["image", "audio", "video", "document", "sticker"]),
        mimes: v.array(v.string()),
        maxSize: v.number(),
      }),
    ),
  }),
});
export type VisitorSession = v.InferOutput<typeof visitorSession>;

export const visitorAttachment = v.object({
  id: v.string(),
  name: words,
  mime: words,
  size: v.fallback(v.number(), 0),
  state: v.fallback(v.picklist(["pending", "ready", "failed"]), "failed"),
});
export type VisitorAttachment = v.InferOutput<typeof visitorAttachment>;

const choice = v.object({ id: v.string(), title: v.string(), description: words });
export type Choice = v.InferOutput<typeof choice>;

export const visitorMessage = v.object({
  id: v.string(),
  conversationId: v.string(),
  clientId: v.optional(v.string()),
  /** `in` is what the visitor wrote. */
  direction: v.picklist(["in", "out"]),
  type: words,
  text: words,
  attachments: listOf(visitorAttachment),
  author: v.fallback(v.object({ kind: words, name: words, picture: v.fallback(v.nullable(v.string()), null) }), {
    kind: "",
    name: "",
    picture: null,
  }),
  replyTo: v.fallback(v.nullable(v.string()), null),
  status: words,
  interactive: v.fallback(
    v.nullable(
      v.object({
        footer: words,
        buttons: listOf(choice),
        button: words,
        sections: listOf(v.object({ title: words, rows: listOf(choice) })),
      }),
    ),
    null,
  ),
  location: v.fallback(
    v.nullable(v.object({ latitude: v.number(), longitude: v.number(), name: words, address: words })),
    null,
  ),
  cards: listOf(v.object({ name: words, company: words, phones: listOf(v.string()), emails: listOf(v.string()) })),
  editedAt: maybeTime,
  revokedAt: maybeTime,
  sentAt: time,
  version: v.fallback(v.number(), 0),
});
export type VisitorMessage = v.InferOutput<typeof visitorMessage>;

export const visitorMessages = v.object({ items: listOf(visitorMessage), nextCursor: v.nullable(v.string()) });
/** Names and values; anything else is no header. */
const headers = v.pipe(
  v.unknown(),
  v.transform((value) =>
    Object.fromEntries(
      Object.entries(value ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
    ),
  ),
);
export const visitorUpload = v.object({ id: v.string(), url: v.string(), headers });
export const fileLink = v.object({ url: v.string(), expiresIn: v.number() });
export const visitorTicket = v.object({ url: v.string() });

/** By hand instead of by valibot's variants, which weigh more than all that is read here. */
const visitorItems = {
  "message.upserted": v.object({
    type: v.literal("message.upserted"),
    message: visitorMessage,
    /** The text did not fit the frame and has to be fetched. */
    partial: v.optional(v.boolean(), false),
  }),
  typing: v.object({ type: v.literal("typing"), by: v.object({ name: words }), on: v.boolean() }),
  pong: v.object({ type: v.literal("pong") }),
};
type VisitorItems = typeof visitorItems;
export type VisitorItem = { [T in keyof VisitorItems]: v.InferOutput<VisitorItems[T]> }[keyof VisitorItems];

const isItem = (type: string): type is keyof VisitorItems => Object.hasOwn(visitorItems, type);

export const parseVisitorFrame = (text: string): VisitorItem[] =>
  parseItems(v.unknown(), text).flatMap((value) =>
    fitting(v.object({ type: v.string() }), value).flatMap(({ type }): VisitorItem[] =>
      isItem(type) ? fitting(visitorItems[type], value) : [],
    ),
  );

/** What the widget says by socket; all of it are hints. */
export type VisitorAction = { action: "typing"; on: boolean };
