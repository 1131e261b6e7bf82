/** The socket's frames: each is a JSON array of the items below; what a browser sends back is `SocketAction`. */
import * as v from "valibot";
import { frameItem } from "./generated/rest.ts";
import { sorted } from "./list.ts";
import { parse, ShapeError } from "./parse.ts";

export type { Action as SocketAction, ViewAction } from "./generated/requests.ts";
export { frameItem };
export type FrameItem = v.InferOutput<typeof frameItem>;
export type Frame<T extends FrameItem["type"]> = Extract<FrameItem, { type: T }>;

const types = new Set<string>(frameItem.options.map(({ entries }) => entries.type.literal));
const ofKnownType = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "type" in value && types.has(String(value.type));

/** Items of a type that only a newer server knows are dropped; those that are of a known type and do not fit are left out. */
export function parseFrame(text: string): { items: FrameItem[]; leftOut: unknown[] } {
  try {
    const { items, leftOut } = sorted(frameItem, parse(v.array(v.unknown()), text));
    return { items, leftOut: leftOut.filter(ofKnownType) };
  } catch (error) {
    if (error instanceof ShapeError) return { items: [], leftOut: [] };
    throw error;
  }
}
