/** Descriptors by channel type. A type that a newer server sends gets a neutral one. */
import { IconMessageCircle } from "@tabler/icons-react";
import type { Texts } from "../core/texts.ts";
import type { ChannelDescriptor } from "./descriptor.ts";
import * as registry from "./registry.ts";

export type { ChannelDescriptor, ChannelField, ConnectForm } from "./descriptor.ts";

const known = new Map<string, ChannelDescriptor>(Object.entries(registry));

export const channelOf = (type: string): ChannelDescriptor =>
  known.get(type) ?? { name: type, icon: IconMessageCircle, color: "#5a6670" };

const rank = (type: string): number => known.get(type)?.connect?.rank ?? Number.POSITIVE_INFINITY;

/** Types that can be connected in the console, in the order in which they are offered. */
export const connectable: readonly string[] = [...known.keys()]
  .filter((type) => known.get(type)?.connect)
  .toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));

/** For the screens that show what channels have to say: their settings and the choice of a template. */
export const channelTexts: readonly Texts[] = [...known.values()].flatMap(({ texts }) => texts ?? []);
