import { IconShoppingBag } from "@tabler/icons-react";
import type { ChannelDescriptor } from "../descriptor.ts";

export const mercadolibre: ChannelDescriptor = { name: "Mercado Libre", icon: IconShoppingBag, color: "#2d3277" };
