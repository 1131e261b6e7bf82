import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { meQuery } from "../api/queries.ts";
import { parseView } from "../api/view.ts";
import { authTexts } from "../auth/texts/index.ts";
import { channelTexts } from "../channels/index.ts";
import type { ContactsSearch } from "../contact/place.ts";
import { contactTexts } from "../contact/texts/index.ts";
import { conversationTexts } from "../conversation/texts/index.ts";
import { ApiError } from "../core/errors.ts";
import { setLanguage, type Texts, withTexts } from "../core/texts.ts";
import { inboxTexts } from "../inbox/texts/index.ts";
import { settingsTexts } from "../settings/texts/index.ts";
import { shellTexts } from "../shell/texts/index.ts";
import { startTexts } from "../start/texts/index.ts";
import { templatesTexts } from "../templates/texts/index.ts";
import { type Part, part } from "../ui/part.tsx";
import { BootFailed, NotFound, SectionFailed, Starting } from "../ui/states.tsx";
import { queryClient } from "./query.ts";

const sections: Part[] = [];

/** A route's component, loaded together with its texts. */
function screen<K extends string>(
  texts: readonly Texts[],
  load: () => Promise<Record<K, ComponentType>>,
  name: K,
): Part {
  const made = part(async () => (await withTexts(texts, load))[name]);
  sections.push(made);
  return made;
}

/** Loads all screens, so that a later outage or deployment does not keep the operator from any of them. */
export async function preloadSections(): Promise<void> {
  // One after the other, to leave the network to what the operator does.
  for (const section of sections) await section.preload();
}

const probe = () => queryClient.fetchQuery({ ...meQuery, staleTime: 0, retry: false });
const Failed = (props: ErrorComponentProps) => <BootFailed {...props} probe={probe} />;

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Failed });

const token = (search: Record<string, unknown>): { token: string } => ({
  token: typeof search.token === "string" ? search.token : "",
});

/** Only a path of this origin, to prevent open redirects through the sign-in page. */
const next = (search: Record<string, unknown>): { next?: string } =>
  typeof search.next === "string" && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {};

const connect = (search: Record<string, unknown>): { connect?: string } =>
  typeof search.connect === "string" ? { connect: search.connect } : {};

const tab = (search: Record<string, unknown>): { tab?: string } =>
  typeof search.tab === "string" ? { tab: search.tab } : {};

const contactsSearch = ({ q }: Record<string, unknown>): ContactsSearch =>
  (typeof q === "string" || typeof q === "number") && q !== "" ? { q: String(q) } : {};

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

/** Leads to the sign-in page without a session. */
async function signedIn({ location }: { location: { href: string } }): Promise<void> {
  try {
    const me = await queryClient.ensureQueryData({ ...meQuery, retry: false });
    // Texts that cannot be loaded leave the page in the browser's language.
    await setLanguage(me.operator.language).catch(() => {});
  } catch (error) {
    if (error instanceof ApiError && error.code === "unauthenticated") {
      throw redirect({ to: "/sign-in", search: { next: location.href } });
    }
    throw error;
  }
}

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: signedIn,
  pendingComponent: Starting,
  errorComponent: Failed,
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
const start = createRoute({
  getParentRoute: () => shell,
  path: "/start",
  component: screen([startTexts, ...channelTexts], () => import("../start/StartPage.tsx"), "StartPage"),
});
/** Outside the shell: it shows what customers see. */
const preview = createRoute({
  getParentRoute: () => root,
  path: "/preview/$channelId",
  beforeLoad: signedIn,
  component: screen([startTexts, ...channelTexts], () => import("../start/Preview.tsx"), "Preview"),
});
const contacts = createRoute({
  getParentRoute: () => shell,
  path: "/contacts",
  validateSearch: contactsSearch,
  component: screen([contactTexts], () => import("../contact/Contacts.tsx"), "Contacts"),
});
const contactPage = createRoute({
  getParentRoute: () => shell,
  path: "/contacts/$contactId",
  component: screen([contactTexts], () => import("../contact/ContactPage.tsx"), "ContactPage"),
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
  validateSearch: connect,
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
      start,
      contacts,
      contactPage,
      settings.addChildren([settingsIndex, profile, operators, channels, channel, distribution]),
    ]),
    preview,
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultErrorComponent: SectionFailed,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
