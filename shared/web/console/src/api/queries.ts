/** All queries: key, response shape, pagination. */
import * as wire from "@recado/lib/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { setServerTime } from "../core/clock.ts";
import { get, getList, withQuery } from "./client.ts";
import { type InboxView, viewQuery } from "./view.ts";

/** Typed as nullable string: with the type null, later cursors would be type errors. */
const firstPage = null as string | null;

/** How many of each kind the command palette shows. */
const FOUND = 5;

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => {
    const me = await get("/me", wire.me, signal);
    setServerTime(me.now);
    return me;
  },
  staleTime: 60_000,
});

export const operatorsQuery = queryOptions({
  queryKey: ["operators"],
  queryFn: async ({ signal }) => (await getList("/operators?limit=200", wire.operator, signal)).items,
  staleTime: 60_000,
});

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: async ({ signal }) => (await getList("/invitations", wire.invitation, signal)).items,
  staleTime: 60_000,
});

/** Capabilities change only with a release of the server. */
export const capabilitiesQuery = queryOptions({
  queryKey: ["capabilities"],
  queryFn: async ({ signal }) => (await getList("/capabilities", wire.capabilities, signal)).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: async ({ signal }) => (await getList("/channels?limit=200", wire.channel, signal)).items,
  staleTime: 60_000,
});

export const templatesQuery = (channelId: string, filter: { q: string; status?: wire.TemplateStatus | null }) =>
  infiniteQueryOptions({
    queryKey: ["templates", channelId, filter],
    queryFn: ({ pageParam, signal }) =>
      getList(
        withQuery(`/channels/${encodeURIComponent(channelId)}/templates`, { ...filter, limit: 50, cursor: pageParam }),
        wire.template,
        signal,
      ),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
    staleTime: 60_000,
  });

export const storesQuery = queryOptions({
  queryKey: ["stores"],
  queryFn: async ({ signal }) => (await getList("/stores?limit=200", wire.store, signal)).items,
  staleTime: 60_000,
});

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => get("/settings", wire.settings, signal),
});

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }) => (await getList("/sessions", wire.browserSession, signal)).items,
});

export const countsQuery = queryOptions({
  queryKey: ["counts"],
  queryFn: ({ signal }) => get("/conversations/counts", wire.counts, signal),
  // Frames carry what changes; a reconnect asks again.
  staleTime: Number.POSITIVE_INFINITY,
});

export const conversationsQuery = (view: InboxView) =>
  infiniteQueryOptions({
    queryKey: ["conversations", view],
    queryFn: ({ pageParam, signal }) =>
      getList(
        withQuery("/conversations", { ...viewQuery(view), limit: 50, cursor: pageParam }),
        wire.conversation,
        signal,
      ),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
    // Frames change single rows and keep the others; comparing all rows with each change took half of a phone's time.
    structuralSharing: false,
  });

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ["conversation", id],
    queryFn: ({ signal }) => get(`/conversations/${encodeURIComponent(id)}`, wire.conversation, signal),
  });

export const messagesQuery = (conversationId: string) =>
  infiniteQueryOptions({
    queryKey: ["messages", conversationId],
    queryFn: ({ pageParam, signal }) =>
      getList(
        withQuery(`/conversations/${encodeURIComponent(conversationId)}/messages`, { limit: 50, cursor: pageParam }),
        wire.message,
        signal,
      ),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
  });

export const eventsQuery = (conversationId: string) =>
  infiniteQueryOptions({
    queryKey: ["events", conversationId],
    queryFn: ({ pageParam, signal }) =>
      getList(
        withQuery(`/conversations/${encodeURIComponent(conversationId)}/events`, { limit: 50, cursor: pageParam }),
        wire.event,
        signal,
      ),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
  });

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ["contact", id],
    queryFn: ({ signal }) => get(`/contacts/${encodeURIComponent(id)}`, wire.contact, signal),
  });

export const contactConversationsQuery = (id: string) =>
  queryOptions({
    queryKey: ["contactConversations", id],
    queryFn: async ({ signal }) =>
      (await getList(`/contacts/${encodeURIComponent(id)}/conversations?limit=20`, wire.conversation, signal)).items,
  });

/** A contact's conversations, newest first. */
export const contactHistoryQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["contactHistory", id],
    queryFn: ({ pageParam, signal }) =>
      getList(
        withQuery(`/contacts/${encodeURIComponent(id)}/conversations`, { limit: 20, cursor: pageParam }),
        wire.conversation,
        signal,
      ),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
  });

/** The contacts that a search finds. Without `q`, all of them. */
export const contactsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["contacts", q],
    queryFn: ({ pageParam, signal }) =>
      getList(withQuery("/contacts", { q, limit: 50, cursor: pageParam }), wire.contact, signal),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
  });

/** The first contacts and conversations that a search finds, for the command palette. A part that the operator may not see is left out. */
export const foundQuery = (q: string, parts: { contacts: boolean; conversations: boolean }) =>
  queryOptions({
    queryKey: ["found", q, parts],
    queryFn: async ({ signal }) => {
      const none = { items: [], nextCursor: null };
      const [contacts, conversations] = await Promise.all([
        parts.contacts ? getList(withQuery("/contacts", { q, limit: FOUND }), wire.contact, signal) : none,
        parts.conversations
          ? getList(withQuery("/conversations", { status: "all", q, limit: FOUND }), wire.conversation, signal)
          : none,
      ]);
      return { contacts, conversations };
    },
    gcTime: 60_000,
  });
