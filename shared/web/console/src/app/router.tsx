import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { meQuery } from "../api/queries.ts";
import { parseView } from "../api/view.ts";
import { authTexts } from "../auth/texts/index.ts";
import { channelTexts } from "../channels/index.ts";
import { contactTexts } from "../contact/texts/index.ts";
import { conversationTexts } from "../conversation/texts/index.ts";
import { ApiError } from "../core/errors.ts";
import { setLanguage, type Texts, withTexts } from "../core/texts.ts";
import { inboxTexts } from "../inbox/texts/index.ts";
import { settingsTexts } from "../settings/texts/index.ts";
import { shellTexts } from "../shell/texts/index.ts";
import { templatesTexts } from "../templates/texts/index.ts";
import { BootFailed, Loading, NotFound } from "../ui/states.tsx";
import { queryClient } from "./query.ts";

/** A route's component, loaded together with its texts. */
const screen = <M extends Record<string, unknown>, K extends keyof M>(
  texts: readonly Texts[],
  load: () => Promise<M>,
  name: K,
) => lazyRouteComponent(() => withTexts(texts, load), name);

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: BootFailed });

const token = (search: Record<string, unknown>): { token: string } => ({
  token: typeof search.token === "string" ? search.token : "",
});

/** Only a path of this origin, to prevent open redirects through the sign-in page. */
const next = (search: Record<string, unknown>): { next?: string } =>
  typeof search.next === "string" && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {};

const tab = (search: Record<string, unknown>): { tab?: string } =>
  typeof search.tab === "string" ? { tab: search.tab } : {};

const auth = createRoute({
  getParentRoute: () => root,
  id: "auth",
  component: screen([authTexts], () => import("../auth/AuthLayout.tsx"), "AuthLayout"),
});
const signIn = createRoute({
  getParentRoute: () => auth,
  path: "/sign-in",
  validateSearch: next,
  component: screen([authTexts], () => import("../auth/SignIn.tsx"), "SignIn"),
});
const signUp = createRoute({
  getParentRoute: () => auth,
  path: "/sign-up",
  component: screen([authTexts], () => import("../auth/SignUp.tsx"), "SignUp"),
});
const forgot = createRoute({
  getParentRoute: () => auth,
  path: "/forgot",
  component: screen([authTexts], () => import("../auth/Forgot.tsx"), "Forgot"),
});
const reset = createRoute({
  getParentRoute: () => auth,
  path: "/reset",
  validateSearch: token,
  component: screen([authTexts], () => import("../auth/Reset.tsx"), "Reset"),
});
const verify = createRoute({
  getParentRoute: () => auth,
  path: "/verify",
  validateSearch: token,
  component: screen([authTexts], () => import("../auth/Verify.tsx"), "Verify"),
});
const invitation = createRoute({
  getParentRoute: () => auth,
  path: "/invitation",
  validateSearch: token,
  component: screen([authTexts], () => import("../auth/Invitation.tsx"), "Invitation"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ location }) => {
    try {
      const me = await queryClient.ensureQueryData(meQuery);
      await setLanguage(me.operator.language);
    } catch (error) {
      if (error instanceof ApiError && error.code === "unauthenticated") {
        throw redirect({ to: "/sign-in", search: { next: location.href } });
      }
      throw error;
    }
  },
  pendingComponent: Loading,
  component: screen([shellTexts], () => import("../shell/Shell.tsx"), "Shell"),
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
  component: screen([inboxTexts], () => import("../inbox/Inbox.tsx"), "Inbox"),
});
const inboxIndex = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: screen([inboxTexts], () => import("../inbox/NothingOpen.tsx"), "NothingOpen"),
});
const conversation = createRoute({
  getParentRoute: () => inbox,
  path: "$conversationId",
  component: screen([conversationTexts], () => import("../conversation/ConversationPane.tsx"), "ConversationPane"),
});
const contacts = createRoute({
  getParentRoute: () => shell,
  path: "/contacts",
  component: screen([contactTexts], () => import("../contact/Contacts.tsx"), "Contacts"),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: screen([settingsTexts], () => import("../settings/SettingsLayout.tsx"), "SettingsLayout"),
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
  component: screen([settingsTexts], () => import("../settings/Profile.tsx"), "Profile"),
});
const operators = createRoute({
  getParentRoute: () => settings,
  path: "operators",
  component: screen([settingsTexts], () => import("../settings/Operators.tsx"), "Operators"),
});
const channelPageTexts = [settingsTexts, templatesTexts, ...channelTexts];
const channels = createRoute({
  getParentRoute: () => settings,
  path: "channels",
  component: screen(channelPageTexts, () => import("../settings/Channels.tsx"), "Channels"),
});
const channel = createRoute({
  getParentRoute: () => settings,
  path: "channels/$channelId",
  validateSearch: tab,
  component: screen(channelPageTexts, () => import("../settings/ChannelPage.tsx"), "ChannelPage"),
});
const distribution = createRoute({
  getParentRoute: () => settings,
  path: "distribution",
  component: screen([settingsTexts], () => import("../settings/Distribution.tsx"), "Distribution"),
});

/** The address contains only values that differ from the default. */
function parseViewSearch(search: Record<string, unknown>): Partial<ReturnType<typeof parseView>> {
  const view = parseView(search);
  return Object.fromEntries(Object.entries(view).filter(([name]) => search[name] !== undefined));
}

export const router = createRouter({
  routeTree: root.addChildren([
    auth.addChildren([signIn, signUp, forgot, reset, verify, invitation]),
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
