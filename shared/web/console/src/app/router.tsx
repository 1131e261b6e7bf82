import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { parseView } from "../inbox/view.ts";
import { BootFailed, Loading, NotFound } from "../ui/states.tsx";
import { speak } from "./i18n.ts";
import { queryClient } from "./query.ts";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: BootFailed });

const token = (search: Record<string, unknown>): { token: string } => ({
  token: typeof search.token === "string" ? search.token : "",
});

/** Only a path of ours: an address of somebody else must not be reached through the sign-in page. */
const next = (search: Record<string, unknown>): { next?: string } =>
  typeof search.next === "string" && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {};

const tab = (search: Record<string, unknown>): { tab?: string } =>
  typeof search.tab === "string" ? { tab: search.tab } : {};

const auth = createRoute({
  getParentRoute: () => root,
  id: "auth",
  component: lazyRouteComponent(() => import("../auth/AuthLayout.tsx"), "AuthLayout"),
});
const signIn = createRoute({
  getParentRoute: () => auth,
  path: "/sign-in",
  validateSearch: next,
  component: lazyRouteComponent(() => import("../auth/SignIn.tsx"), "SignIn"),
});
const signUp = createRoute({
  getParentRoute: () => auth,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("../auth/SignUp.tsx"), "SignUp"),
});
const forgot = createRoute({
  getParentRoute: () => auth,
  path: "/forgot",
  component: lazyRouteComponent(() => import("../auth/Forgot.tsx"), "Forgot"),
});
const reset = createRoute({
  getParentRoute: () => auth,
  path: "/reset",
  validateSearch: token,
  component: lazyRouteComponent(() => import("../auth/Reset.tsx"), "Reset"),
});
const verify = createRoute({
  getParentRoute: () => auth,
  path: "/verify",
  validateSearch: token,
  component: lazyRouteComponent(() => import("../auth/Verify.tsx"), "Verify"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ location }) => {
    try {
      const me = await queryClient.ensureQueryData(meQuery);
      await speak(me.operator.language);
    } catch (error) {
      if (error instanceof ApiError && error.code === "unauthenticated") {
        throw redirect({ to: "/sign-in", search: { next: location.href } });
      }
      throw error;
    }
  },
  pendingComponent: Loading,
  component: lazyRouteComponent(() => import("../shell/Shell.tsx"), "Shell"),
});
const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox" });
  },
});
const inbox = createRoute({
  getParentRoute: () => shell,
  path: "/inbox",
  validateSearch: parseViewSearch,
  component: lazyRouteComponent(() => import("../inbox/Inbox.tsx"), "Inbox"),
});
const inboxIndex = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: lazyRouteComponent(() => import("../inbox/NothingOpen.tsx"), "NothingOpen"),
});
const conversation = createRoute({
  getParentRoute: () => inbox,
  path: "$conversationId",
  component: lazyRouteComponent(() => import("../conversation/ConversationPane.tsx"), "ConversationPane"),
});
const contacts = createRoute({
  getParentRoute: () => shell,
  path: "/contacts",
  component: lazyRouteComponent(() => import("../contact/Contacts.tsx"), "Contacts"),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(() => import("../settings/SettingsLayout.tsx"), "SettingsLayout"),
});
const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/profile" });
  },
});
const profile = createRoute({
  getParentRoute: () => settings,
  path: "profile",
  component: lazyRouteComponent(() => import("../settings/Profile.tsx"), "Profile"),
});
const operators = createRoute({
  getParentRoute: () => settings,
  path: "operators",
  component: lazyRouteComponent(() => import("../settings/Operators.tsx"), "Operators"),
});
const channels = createRoute({
  getParentRoute: () => settings,
  path: "channels",
  component: lazyRouteComponent(() => import("../settings/Channels.tsx"), "Channels"),
});
const channel = createRoute({
  getParentRoute: () => settings,
  path: "channels/$channelId",
  validateSearch: tab,
  component: lazyRouteComponent(() => import("../settings/ChannelPage.tsx"), "ChannelPage"),
});
const distribution = createRoute({
  getParentRoute: () => settings,
  path: "distribution",
  component: lazyRouteComponent(() => import("../settings/Distribution.tsx"), "Distribution"),
});

/** The address holds only what differs from the default, so that it stays short. */
function parseViewSearch(search: Record<string, unknown>): Partial<ReturnType<typeof parseView>> {
  const view = parseView(search);
  return Object.fromEntries(Object.entries(view).filter(([name]) => search[name] !== undefined));
}

export const router = createRouter({
  routeTree: root.addChildren([
    auth.addChildren([signIn, signUp, forgot, reset, verify]),
    shell.addChildren([
      home,
      inbox.addChildren([inboxIndex, conversation]),
      contacts,
      settings.addChildren([settingsIndex, profile, operators, channels, channel, distribution]),
    ]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 300,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
