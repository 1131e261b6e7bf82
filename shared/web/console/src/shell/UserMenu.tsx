import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { useOverlay } from "../ui/overlay.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import classes from "./shell.module.css";

export function UserMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const menu = useOverlay("menu", async () => (await import("./UserMenuItems.tsx")).UserMenuItems);
  return (
    <>
      <UnstyledButton
        {...menu.button}
        className={classes.user}
        aria-label={t("shell.userMenu", { name: me.operator.name })}
      >
        <PersonAvatar
          id={me.operator.id}
          name={me.operator.name}
          picture={me.operator.picture}
          size={34}
          online={me.operator.availability === "available"}
        />
      </UnstyledButton>
      {menu.overlay({})}
    </>
  );
}
