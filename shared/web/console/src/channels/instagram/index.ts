import { IconBrandInstagram } from "@tabler/icons-react";
import type { ChannelDescriptor } from "../descriptor.ts";

export const instagram: ChannelDescriptor = { name: "Instagram", icon: IconBrandInstagram, color: "#c22a76" };
