/** The socket's frames: each is a JSON array of the items below; what a browser sends back is `SocketAction`. */
import type * as v from "valibot";
import { frameItem } from "./generated/rest.ts";
import { parseItems } from "./parse.ts";

export type { Action as SocketAction, ViewAction } from "./generated/requests.ts";
export { frameItem };
export type FrameItem = v.InferOutput<typeof frameItem>;
export type Frame<T extends FrameItem["type"]> = Extract<FrameItem, { type: T }>;

export const parseFrame = (text: string): FrameItem[] => parseItems(frameItem, text);
