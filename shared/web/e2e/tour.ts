/** Every screen of the console, with its menus and dialogs, in the order of a visit. */
import type { Locator, Page } from "playwright-core";
import type { Key } from "../console/src/core/texts.ts";
import type { texts } from "./desk.ts";

export interface Visit {
  page: Page;
  t: ReturnType<typeof texts>;
  /** The ids of a conversation and of its contact. */
  conversation: string;
  contact: string;
  /** The ids of a WhatsApp channel and of a site. */
  whatsapp: string;
  site: string;
}

export interface Stop {
  name: string;
  /** The route's path, as the router names it. */
  route: string;
  /** It is placed beside a button when it opens, so it is opened again in each width. */
  placed?: true;
  open: (visit: Visit) => Promise<unknown>;
}

/** Navigates without loading the page again. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((path) => {
    const router = (globalThis as unknown as { __TSR_ROUTER__: ConsoleRouter }).__TSR_ROUTER__;
    router.history.push(path);
  }, path);
}

/** The paths of all routes that show something; those without a component only redirect. */
export function routesOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const router = (globalThis as unknown as { __TSR_ROUTER__: ConsoleRouter }).__TSR_ROUTER__;
    return Object.entries(router.routesByPath)
      .filter(([, { options }]) => options.component)
      .map(([path]) => path);
  });
}

/** What the tour uses of the router, which registers itself for its developer tools. */
interface ConsoleRouter {
  history: { push: (path: string) => void };
  routesByPath: Record<string, { options: { component?: unknown } }>;
}

const button = ({ page, t }: Visit, key: Key, values?: Record<string, string | number>): Locator =>
  page.getByRole("button", { name: t(key, values), exact: true });

const heading = ({ page }: Visit) => page.getByRole("heading", { level: 1 }).first().waitFor();

const form = (route: string): Stop => ({
  name: route.slice(1),
  route,
  open: async (visit) => {
    await go(visit.page, `${route}${route === "/reset" ? "?token=x" : ""}`);
    await heading(visit);
  },
});

export const signedOut: Stop[] = [
  form("/sign-in"),
  form("/sign-up"),
  form("/forgot"),
  form("/reset"),
  {
    name: "verify, with a link that has expired",
    route: "/verify",
    open: async ({ page }) => {
      await go(page, "/verify?token=x");
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "invitation, with a link that does not work",
    route: "/invitation",
    open: async ({ page, t }) => {
      await go(page, "/invitation?token=x");
      await page.getByRole("heading", { name: t("auth.invitation.unknown") }).waitFor();
    },
  },
  {
    name: "sign-up, with errors",
    route: "/sign-up",
    open: async (visit) => {
      await go(visit.page, "/sign-up");
      await button(visit, "auth.signUp.submit").click();
      await visit.page.getByText(visit.t("field.required")).first().waitFor();
    },
  },
];

const inConversation = async (visit: Visit) => {
  const { page, conversation } = visit;
  await go(page, `/inbox/${conversation}?box=all&status=all`);
  await page.getByRole("log").waitFor();
  await button(visit, "composer.more").waitFor();
  // In a narrower window the details cover the conversation.
  const close = button(visit, "contact.closeDetails");
  if ((page.viewportSize()?.width ?? 0) < 1280 && (await close.isVisible())) await close.click();
};

/** A menu or panel that a button of the open conversation opens. */
const ofConversation = (name: string, key: Key, role: "menu" | "dialog" | "listbox" | "menuitem"): Stop => ({
  name,
  route: "/inbox/$conversationId",
  placed: true,
  open: async (visit) => {
    await inConversation(visit);
    await button(visit, key).click();
    await visit.page.getByRole(role).first().waitFor();
  },
});

const composed = (key: Key, title: Key): Stop => ({
  name: `composing: ${title}`,
  route: "/inbox/$conversationId",
  open: async (visit) => {
    await inConversation(visit);
    await button(visit, "composer.more").click();
    await visit.page.getByRole("menuitem", { name: visit.t(key) }).click();
    await visit.page.getByRole("dialog", { name: visit.t(title) }).waitFor();
  },
});

const setting = (name: string): Stop => ({
  name,
  route: `/settings/${name}`,
  open: async (visit) => {
    await go(visit.page, `/settings/${name}`);
    await heading(visit);
  },
});

const tabOf = (name: string, id: "whatsapp" | "site", key: Key): Stop => ({
  name,
  route: "/settings/channels/$channelId",
  open: async (visit) => {
    await go(visit.page, `/settings/channels/${visit[id]}`);
    await visit.page.getByRole("tab", { name: visit.t(key) }).click();
    await visit.page.getByRole("tabpanel").waitFor();
  },
});

export const signedIn: Stop[] = [
  {
    name: "inbox",
    route: "/inbox/",
    open: async ({ page }) => {
      await go(page, "/inbox?box=all&status=all");
      await page.locator("a[data-conversation]").first().waitFor();
    },
  },
  {
    name: "inbox, nothing found",
    route: "/inbox/",
    open: async ({ page, t }) => {
      await go(page, "/inbox?box=all&q=qqqqqq");
      await page.getByText(t("inbox.noMatch")).waitFor();
    },
  },
  {
    name: "inbox, the filters",
    route: "/inbox/",
    placed: true,
    open: async (visit) => {
      await go(visit.page, "/inbox?box=all&status=all");
      await button(visit, "inbox.filter.label").click();
      await visit.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "inbox, the orders",
    route: "/inbox/",
    placed: true,
    open: async (visit) => {
      await go(visit.page, "/inbox?box=all&status=all");
      await button(visit, "inbox.sort.label").click();
      await visit.page.getByRole("menuitemradio").first().waitFor();
    },
  },
  { name: "conversation", route: "/inbox/$conversationId", open: inConversation },
  ofConversation("conversation, more actions", "conversation.more", "menuitem"),
  ofConversation("conversation, emojis", "emoji.label", "dialog"),
  ofConversation("conversation, templates", "template.choose", "dialog"),
  composed("choices.title", "choices.title"),
  composed("message.kind.location", "location.title"),
  composed("message.kind.contacts", "cards.title"),
  {
    name: "conversation, assigning",
    route: "/inbox/$conversationId",
    placed: true,
    open: async (visit) => {
      await inConversation(visit);
      await visit.page.keyboard.press("a");
      await visit.page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "conversation that does not exist",
    route: "/inbox/$conversationId",
    open: async ({ page, t }) => {
      await go(page, "/inbox/nothing-like-it");
      await page.getByText(t("error.notFound")).waitFor();
    },
  },
  {
    name: "contacts",
    route: "/contacts",
    open: async ({ page, t }) => {
      await go(page, "/contacts");
      await page
        .getByRole("list", { name: t("shell.contacts") })
        .getByRole("link")
        .first()
        .waitFor();
    },
  },
  {
    name: "contacts, nothing found",
    route: "/contacts",
    open: async ({ page, t }) => {
      await go(page, "/contacts?q=qqqqqq");
      await page.getByText(t("inbox.noMatch")).waitFor();
    },
  },
  {
    name: "contact",
    route: "/contacts/$contactId",
    open: async (visit) => {
      await go(visit.page, `/contacts/${visit.contact}`);
      await heading(visit);
      await visit.page
        .getByRole("region", { name: visit.t("contact.conversations") })
        .getByRole("link")
        .first()
        .waitFor();
    },
  },
  {
    name: "contact, edited",
    route: "/contacts/$contactId",
    open: async (visit) => {
      await go(visit.page, `/contacts/${visit.contact}`);
      await button(visit, "contact.edit").click();
      await visit.page.getByRole("textbox", { name: visit.t("field.firstName"), exact: true }).waitFor();
    },
  },
  {
    name: "contact that does not exist",
    route: "/contacts/$contactId",
    open: async ({ page, t }) => {
      await go(page, "/contacts/nobody");
      await page.getByText(t("contact.notFound")).waitFor();
    },
  },
  {
    name: "menu of the person",
    route: "/settings/profile",
    placed: true,
    open: async ({ page, t }) => {
      await go(page, "/settings/profile");
      await page.getByRole("button", { name: t("shell.userMenu", { name: "Ana Ruiz" }), exact: true }).click();
      await page.getByRole("menuitem").first().waitFor();
    },
  },
  {
    name: "shortcuts",
    route: "/settings/profile",
    open: async ({ page, t }) => {
      await go(page, "/settings/profile");
      await page.keyboard.press("?");
      await page
        .getByRole("dialog", { name: t("shortcuts.title") })
        .getByText(t("shortcuts.resolve"))
        .waitFor();
    },
  },
  {
    name: "palette",
    route: "/inbox/$conversationId",
    open: async (visit) => {
      await inConversation(visit);
      await visit.page.keyboard.press("Control+k");
      await visit.page.getByRole("group", { name: visit.t("palette.here") }).waitFor();
    },
  },
  {
    name: "palette, found",
    route: "/inbox/$conversationId",
    open: async (visit) => {
      await inConversation(visit);
      await visit.page.keyboard.press("Control+k");
      await visit.page.getByRole("dialog").getByRole("combobox").fill("iris");
      await visit.page
        .getByRole("group", { name: visit.t("palette.conversations") })
        .getByRole("option")
        .first()
        .waitFor();
    },
  },
  {
    name: "preview of a site",
    route: "/preview/$channelId",
    open: async (visit) => {
      await go(visit.page, `/preview/${visit.site}`);
      await heading(visit);
    },
  },
  {
    name: "first steps",
    route: "/start",
    open: async (visit) => {
      // Loaded anew, as the preview's link does: the chat stays on a page until then.
      await visit.page.goto(new URL("/start", visit.page.url()).href);
      await heading(visit);
    },
  },
  setting("profile"),
  setting("operators"),
  setting("channels"),
  setting("distribution"),
  {
    name: "operators, an invitation",
    route: "/settings/operators",
    open: async (visit) => {
      await go(visit.page, "/settings/operators");
      await button(visit, "invite.title").click();
      await visit.page.getByRole("dialog").getByLabel(visit.t("invite.emails")).waitFor();
    },
  },
  {
    name: "channels, a new one",
    route: "/settings/channels",
    open: async (visit) => {
      await go(visit.page, "/settings/channels");
      await button(visit, "channels.connect").first().click();
      await visit.page.getByRole("dialog").waitFor();
    },
  },
  tabOf("WhatsApp channel", "whatsapp", "channels.tab.general"),
  tabOf("templates", "whatsapp", "channels.tab.templates"),
  tabOf("site", "site", "channels.tab.general"),
  tabOf("code of a site", "site", "webchat.installation"),
  {
    name: "disconnecting a channel",
    route: "/settings/channels/$channelId",
    open: async (visit) => {
      await go(visit.page, `/settings/channels/${visit.whatsapp}`);
      await button(visit, "channels.disconnect").click();
      await visit.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "nothing at this address",
    route: "/nothing",
    open: async (visit) => {
      await go(visit.page, "/nothing");
      await visit.page.getByText(visit.t("state.notFound")).waitFor();
    },
  },
];
