/**
 * The visitor's side of the web chat: answers of `/widget/v1` and the frames of its socket. It stands apart from the operators'
 * guards, so that a shop's page does not load those. Guards and types are made from the server's Go types. Unknown fields are
 * dropped; of a message only its identity has to be right, all the rest has a meaning when it is missing.
 */
import * as v from "valibot";
import { type Button, type Row, visitorItems } from "./generated/visitor.ts";
import { fitting, parseItems } from "./parse.ts";

export type { ErrorCode, FileType as FileKind } from "./generated/enums.ts";
export type { VisitorTypingAction as VisitorAction } from "./generated/requests.ts";
export {
  errorAnswer as visitorError,
  fileLink,
  socketTicket as visitorTicket,
  upload as visitorUpload,
  type VisitorAttachment,
  type VisitorMessage,
  type VisitorSession,
  visitorAttachment,
  visitorMessage,
  visitorMessageList as visitorMessages,
  visitorSession,
} from "./generated/visitor.ts";
export { parse, ShapeError } from "./parse.ts";

/** What may be tapped: a button, or a row of a list. */
export type Choice = Button & Partial<Row>;

/** Told apart by hand: valibot's variants weigh more than all that is read here. */
type VisitorItems = typeof visitorItems;
export type VisitorItem = { [T in keyof VisitorItems]: v.InferOutput<VisitorItems[T]> }[keyof VisitorItems];

const isItem = (type: string): type is keyof VisitorItems => Object.hasOwn(visitorItems, type);

export const parseVisitorFrame = (text: string): VisitorItem[] =>
  parseItems(v.unknown(), text).flatMap((value) =>
    fitting(v.object({ type: v.string() }), value).flatMap(({ type }): VisitorItem[] =>
      isItem(type) ? fitting(visitorItems[type], value) : [],
    ),
  );
