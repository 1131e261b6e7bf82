/** Descriptors by channel type. A type that a newer server sends gets a neutral one. */
import { IconMessageCircle } from "@tabler/icons-react";
import type { Texts } from "../core/texts.ts";
import type { ChannelDescriptor, ChannelLook } from "./descriptor.ts";
import * as registry from "./registry.ts";

const known = new Map<string, ChannelDescriptor>(Object.entries(registry));

export const channelTypes: readonly string[] = [...known.keys()];

/** Without the fields whose texts are loaded with some screens only: those are in `setup.ts`. */
export const channelOf = (type: string): ChannelLook => descriptorOf(type);

export const descriptorOf = (type: string): ChannelDescriptor =>
  known.get(type) ?? { name: type, icon: IconMessageCircle, color: "#5a6670" };

/** The texts of all channels. Code that imports `setup.ts` is loaded together with these. */
export const channelTexts: readonly Texts[] = [...known.values()].flatMap(({ texts }) => texts ?? []);
