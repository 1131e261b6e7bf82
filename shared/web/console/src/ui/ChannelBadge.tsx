import type { ChannelType } from "@recado/lib/protocol";
import {
  IconBrandInstagram,
  IconBrandMessenger,
  IconBrandWhatsapp,
  IconShoppingBag,
  IconWorld,
} from "@tabler/icons-react";
import classes from "./ui.module.css";

const icons = {
  whatsapp: IconBrandWhatsapp,
  messenger: IconBrandMessenger,
  instagram: IconBrandInstagram,
  mercadolibre: IconShoppingBag,
  webchat: IconWorld,
} as const;

/** Brand names are not translated. */
export const channelNames: Record<ChannelType, string> = {
  whatsapp: "WhatsApp",
  messenger: "Messenger",
  instagram: "Instagram",
  mercadolibre: "Mercado Libre",
  webchat: "Web",
};

export function ChannelBadge(props: { type: ChannelType; size?: number }) {
  const size = props.size ?? 16;
  const Icon = icons[props.type];
  return (
    <span
      className={classes.channel}
      data-type={props.type}
      role="img"
      aria-label={channelNames[props.type]}
      style={{ inlineSize: size, blockSize: size }}
    >
      <Icon size={Math.round(size * 0.7)} stroke={2} />
    </span>
  );
}
