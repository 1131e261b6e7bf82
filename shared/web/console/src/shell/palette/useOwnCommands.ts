/** The commands that every screen has. */
import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { languages } from "@recado/lib/protocol";
import {
  IconAddressBook,
  IconCircleCheck,
  IconKeyboard,
  IconLanguage,
  IconListCheck,
  IconLogout,
  IconMessages,
  IconMoon,
  IconSunMoon,
} from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../../api/me.ts";
import type { Command } from "../../ui/commands.ts";
import { languageNames } from "../../ui/LanguageChoice.tsx";
import { settingsPages } from "../../ui/pages.ts";
import { useAvailabilityChange } from "../availability.ts";
import { useLanguageChange } from "../language.ts";
import { openShortcutHelp } from "../ShortcutHelp.tsx";
import { schemes } from "../schemes.ts";
import { useSignOut } from "../signOut.ts";

/** Where the operator may go from here. */
export function usePlaces(): Command[] {
  const { t } = useTranslation();
  const may = useMay();
  const router = useRouter();
  const here = router.latestLocation.pathname;
  const goes = (to: string) => ({ id: to, leads: true, run: () => void router.navigate({ to }) });
  const places: Command[] = [{ ...goes("/inbox"), label: t("shell.inbox"), icon: IconMessages }];
  if (may("contact.read")) places.push({ ...goes("/contacts"), label: t("shell.contacts"), icon: IconAddressBook });
  for (const { to, key, icon } of settingsPages(may)) {
    places.push({ ...goes(to), label: t(key), detail: t("shell.settings"), icon });
  }
  if (may("channel.manage") && may("operator.manage")) {
    places.push({ ...goes("/start"), label: t("start.title"), icon: IconListCheck });
  }
  return places.filter(({ id }) => id !== here);
}

/** What the operator may change about themselves. */
export function usePreferences(): Command[] {
  const { t } = useTranslation();
  const { operator } = useMe();
  const availability = useAvailabilityChange();
  const language = useLanguageChange();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const next = operator.availability === "available" ? "away" : "available";
  return [
    {
      id: "availability",
      label: t(next === "away" ? "palette.away" : "palette.available"),
      icon: next === "away" ? IconMoon : IconCircleCheck,
      run: () => availability.mutate(next),
    },
    {
      id: "theme",
      label: t("palette.theme"),
      icon: IconSunMoon,
      options: schemes
        .filter(({ value }) => value !== colorScheme)
        .map(({ value, key }) => ({
          id: `theme ${value}`,
          label: t(key),
          detail: t("theme.label"),
          icon: IconSunMoon,
          run: () => setColorScheme(value satisfies MantineColorScheme),
        })),
    },
    {
      id: "language",
      label: t("palette.language"),
      icon: IconLanguage,
      options: languages
        .filter((one) => one !== operator.language)
        .map((one) => ({
          id: `language ${one}`,
          label: languageNames[one],
          detail: t("profile.language"),
          icon: IconLanguage,
          run: () => language.mutate(one),
        })),
    },
    { id: "shortcuts", label: t("shortcuts.title"), icon: IconKeyboard, shortcut: "?", run: openShortcutHelp },
    { id: "signOut", label: t("shell.signOut"), icon: IconLogout, run: () => signOut.mutate() },
  ];
}
