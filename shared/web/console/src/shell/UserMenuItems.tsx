import { type MantineColorScheme, Menu, Text, useMantineColorScheme } from "@mantine/core";
import { type Language, languages } from "@recado/lib/protocol";
import { IconCommand, IconKeyboard, IconListCheck, IconLogout, IconUser } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../api/me.ts";
import { AnchoredMenu } from "../ui/anchored.tsx";
import { openPalette, paletteKeys } from "../ui/commands.ts";
import { languageNames } from "../ui/LanguageChoice.tsx";
import type { OverlayProps } from "../ui/overlay.tsx";
import { useLanguageChange } from "./language.ts";
import { openShortcutHelp } from "./ShortcutHelp.tsx";
import { schemes } from "./schemes.ts";
import { useSignOut } from "./signOut.ts";

export function UserMenuItems(overlay: OverlayProps) {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const router = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const changeLanguage = useLanguageChange();
  const signOut = useSignOut();

  return (
    <AnchoredMenu overlay={overlay} position="right-end" width={230}>
      <Menu.Label>
        <bdi>{me.operator.name}</bdi> · <bdi>{me.account.name}</bdi>
      </Menu.Label>
      <Menu.Item leftSection={<IconUser size={16} />} onClick={() => void router.navigate({ to: "/settings/profile" })}>
        {t("settings.profile")}
      </Menu.Item>
      {may("channel.manage") && may("operator.manage") && (
        <Menu.Item leftSection={<IconListCheck size={16} />} onClick={() => void router.navigate({ to: "/start" })}>
          {t("start.title")}
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={<IconCommand size={16} />}
        rightSection={
          <Text size="xs" c="dimmed" aria-hidden="true">
            {paletteKeys.join(" ")}
          </Text>
        }
        onClick={openPalette}
      >
        {t("shell.palette")}
      </Menu.Item>
      <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openShortcutHelp}>
        {t("shortcuts.title")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>{t("theme.label")}</Menu.Label>
      <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
        {schemes.map(({ value, key }) => (
          <Menu.RadioItem key={value} value={value}>
            {t(key)}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.Divider />
      <Menu.Label>{t("profile.language")}</Menu.Label>
      <Menu.RadioGroup
        value={me.operator.language}
        onChange={(language) => changeLanguage.mutate(language as Language)}
      >
        {languages.map((language) => (
          <Menu.RadioItem key={language} value={language} closeMenuOnClick>
            {languageNames[language]}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.Divider />
      <Menu.Item leftSection={<IconLogout size={16} />} disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        {t("shell.signOut")}
      </Menu.Item>
    </AnchoredMenu>
  );
}
