/**
 * The part of the descriptor that uses texts: connecting, settings, templates. Code that imports this is loaded with
 * `channelTexts`.
 */
import type { ChannelSetup } from "./descriptor.ts";
import { channelTypes, descriptorOf } from "./index.ts";

export type { ChannelField, ChannelSetup } from "./descriptor.ts";

export const setupOf = (type: string): ChannelSetup => descriptorOf(type);

const rank = (type: string): number => setupOf(type).connect?.rank ?? Number.MAX_SAFE_INTEGER;

/** Types that can be connected in the console, in the order in which they are offered. */
export const connectable: readonly string[] = channelTypes
  .filter((type) => setupOf(type).connect)
  .toSorted((a, b) => rank(a) - rank(b));
