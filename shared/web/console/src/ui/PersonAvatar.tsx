import { Avatar, Indicator } from "@mantine/core";
import { initials } from "@recado/lib/text";
import { IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./ui.module.css";

const HUES = 8;

function hue(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}

export function PersonAvatar(props: {
  id: string;
  name: string;
  size: number;
  online?: boolean;
  picture?: string | null;
}) {
  const { t } = useTranslation();
  const avatar = (
    <Avatar
      size={props.size}
      src={props.picture ?? null}
      radius="xl"
      className={classes.avatar}
      data-hue={hue(props.id)}
      aria-hidden="true"
      styles={{ placeholder: { fontSize: Math.max(8, Math.round(props.size * 0.36)) } }}
    >
      {initials(props.name) || <IconUser size={Math.round(props.size * 0.5)} stroke={1.8} />}
    </Avatar>
  );
  if (props.online === undefined) return avatar;
  return (
    <Indicator
      size={Math.max(9, Math.round(props.size * 0.28))}
      offset={4}
      position="bottom-end"
      withBorder
      color={props.online ? "teal.6" : "gray.5"}
      aria-label={props.online ? t("availability.available") : t("availability.away")}
      role="img"
    >
      {avatar}
    </Indicator>
  );
}
