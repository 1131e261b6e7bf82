/** The pages of the settings, in the order of their navigation. */
import type { Permission } from "@recado/lib/protocol";
import { IconPlugConnected, IconRoute, IconUser, IconUsers } from "@tabler/icons-react";
import type { Key } from "../core/texts.ts";

interface SettingsPage {
  to: `/settings/${string}`;
  icon: typeof IconUser;
  key: Key;
  /** Left out for a page that everybody has. */
  permission?: Permission;
}

const pages = [
  { to: "/settings/profile", icon: IconUser, key: "settings.profile" },
  { to: "/settings/operators", icon: IconUsers, key: "settings.operators", permission: "operator.read" },
  { to: "/settings/channels", icon: IconPlugConnected, key: "settings.channels", permission: "channel.read" },
  { to: "/settings/distribution", icon: IconRoute, key: "settings.distribution", permission: "settings.read" },
] as const satisfies SettingsPage[];

/** Those that the operator may see. */
export const settingsPages = (may: (permission: Permission) => boolean): (typeof pages)[number][] =>
  pages.filter((page) => !("permission" in page) || may(page.permission));
