import classes from "./ChannelBadge.module.css";
import { channelOf } from "./index.ts";

export function ChannelBadge(props: { type: string; size?: number }) {
  const size = props.size ?? 16;
  const { icon: Icon, name, color } = channelOf(props.type);
  return (
    <span
      className={classes.channel}
      role="img"
      aria-label={name}
      style={{ inlineSize: size, blockSize: size, background: color }}
    >
      <Icon size={Math.round(size * 0.7)} stroke={2} />
    </span>
  );
}
