/** Descriptors by channel type. An unknown type, from a newer server, gets a neutral one. */
import { IconMessageCircle } from "@tabler/icons-react";
import type { Texts } from "../core/texts.ts";
import type { ChannelDescriptor, ChannelLook } from "./descriptor.ts";
import * as registry from "./registry.ts";

const known = new Map<string, ChannelDescriptor>(Object.entries(registry));

export const channelTypes: readonly string[] = [...known.keys()];

/** The part of the descriptor that uses no texts. `setup.ts` has the rest. */
export const channelOf = (type: string): ChannelLook => descriptorOf(type);

export const descriptorOf = (type: string): ChannelDescriptor =>
  known.get(type) ?? { name: type, icon: IconMessageCircle, color: "#5a6670" };

/** The texts of all channels. Code that imports `setup.ts` is loaded with these. */
export const channelTexts: readonly Texts[] = [...known.values()].flatMap(({ texts }) => texts ?? []);
