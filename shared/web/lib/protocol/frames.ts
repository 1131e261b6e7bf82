/** The socket's frames: each is a JSON array of the items below; what a browser sends back is `SocketAction`. */
import * as v from "valibot";
import { parseItems } from "./parse.ts";
import { conversationSummary, event, message } from "./rest.ts";

const time = v.pipe(v.string(), v.isoTimestamp());

export const frameItem = v.variant("type", [
  v.object({
    type: v.literal("message.upserted"),
    conversationId: v.string(),
    message,
    /** The text did not fit the frame and has to be fetched. */
    partial: v.optional(v.boolean()),
  }),
  /** It was the echo of another one. */
  v.object({ type: v.literal("message.removed"), conversationId: v.string(), messageId: v.string() }),
  v.object({ type: v.literal("conversation.upserted"), conversation: conversationSummary }),
  v.object({ type: v.literal("event.appended"), conversationId: v.string(), event }),
  v.object({ type: v.literal("read"), conversationId: v.string(), readUpTo: v.string(), at: time }),
  v.object({
    type: v.literal("presence"),
    operatorId: v.string(),
    online: v.boolean(),
    availability: v.picklist(["available", "away"]),
  }),
  v.object({ type: v.literal("viewing"), conversationId: v.string(), operatorIds: v.array(v.string()) }),
  v.object({
    type: v.literal("typing"),
    conversationId: v.string(),
    by: v.object({ kind: v.string(), id: v.string(), name: v.string() }),
    on: v.boolean(),
  }),
  v.object({ type: v.literal("notice"), code: v.string(), conversationId: v.optional(v.string()) }),
  v.object({ type: v.literal("pong") }),
]);
export type FrameItem = v.InferOutput<typeof frameItem>;
export type Frame<T extends FrameItem["type"]> = Extract<FrameItem, { type: T }>;

export const parseFrame = (text: string): FrameItem[] => parseItems(frameItem, text);

export type SocketAction =
  | { action: "ping" }
  | { action: "view"; conversationId: string | null }
  | { action: "typing"; conversationId: string; on: boolean };
