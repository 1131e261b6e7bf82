import { IconBrandMessenger } from "@tabler/icons-react";
import type { ChannelDescriptor } from "../descriptor.ts";

export const messenger: ChannelDescriptor = { name: "Messenger", icon: IconBrandMessenger, color: "#0866d8" };
