/** An in-memory API for work on the console's appearance: `vite --mode mock`. Not part of a build. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Channel, Conversation, FrameItem, Message, Operator } from "@recado/lib/protocol";
import type { Plugin } from "vite";
import * as data from "./data.ts";
import { capabilities, conversationsOfSites, sites, templates } from "./more.ts";

type Handler = (params: string[], body: Record<string, unknown>, query: URLSearchParams) => unknown;

data.channels.push(...sites);
data.conversations.unshift(...conversationsOfSites);

const sockets = new Set<Duplex>();

function push(...items: FrameItem[]): void {
  const payload = Buffer.from(JSON.stringify(items));
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  for (const socket of sockets) socket.write(Buffer.concat([head, payload]));
}

function upgrade(request: IncomingMessage, socket: Duplex): void {
  if (!request.url?.startsWith("/socket")) return;
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => sockets.delete(socket));
  socket.resume();
}

class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly field?: string,
    readonly reason?: string,
  ) {
    super(code);
  }
}

const missing = () => new Failure(404, "not_found");

function conversation(id: string | undefined): Conversation {
  const found = data.conversations.find((one) => one.id === id);
  if (!found) throw missing();
  return found;
}

function changed(one: Conversation, changes: Partial<Conversation>): Conversation {
  Object.assign(one, changes, { version: one.version + 1 });
  const { unread: _, unreadCount: __, ...summary } = one;
  push({ type: "conversation.upserted", conversation: summary });
  return one;
}

function paged<T>(items: T[], query: URLSearchParams, newestFirst = false) {
  const limit = Number(query.get("limit") ?? 50);
  const start = Number(query.get("cursor") ?? 0);
  const end = Math.min(items.length, start + limit);
  const slice = newestFirst ? items.slice(items.length - end, items.length - start) : items.slice(start, end);
  return { items: slice, nextCursor: end < items.length ? String(end) : null };
}

function list(query: URLSearchParams) {
  const [status, assignee, channel, q] = ["status", "assignee", "channelId", "q"].map((name) => query.get(name) ?? "");
  const items = data.conversations
    .filter((one) => status === "all" || one.status === status)
    .filter(
      (one) => !assignee || one.assigneeId === (assignee === "me" ? data.me.id : assignee === "none" ? null : assignee),
    )
    .filter((one) => !channel || one.channel.id === channel)
    .filter((one) => !q || one.contact.name.toLowerCase().includes(q.toLowerCase()))
    .toSorted((a, b) => (a.lastActivityAt < b.lastActivityAt ? 1 : -1));
  if (query.get("sort") === "oldest") items.reverse();
  if (query.get("sort") === "waiting") {
    items.sort((a, b) => (a.waitingSince ?? "z").localeCompare(b.waitingSince ?? "z"));
  }
  return paged(items, query);
}

const number = (value: number) => ({ value, more: false });
const count = (test: (one: Conversation) => boolean) => number(data.conversations.filter(test).length);

function counts() {
  const mine = (one: Conversation) => one.assigneeId === data.me.id;
  return {
    mine: {
      open: count((one) => mine(one) && one.status === "open"),
      pending: count((one) => mine(one) && one.status === "pending"),
      unread: count((one) => mine(one) && one.unread),
    },
    unassigned: count((one) => one.assigneeId === null && one.status === "open"),
    all: {
      open: count((one) => one.status === "open"),
      pending: count((one) => one.status === "pending"),
      snoozed: number(0),
      resolved: count((one) => one.status === "resolved"),
    },
  };
}

function say(conversationId: string, direction: "in" | "out", text: string, more: Partial<Message> = {}): Message {
  const one = conversation(conversationId);
  const messages = data.messagesOf(one);
  const message = data.makeMessage(one, direction, text, Date.now(), {
    status: direction === "in" ? "received" : "queued",
    ...more,
  });
  messages.push(message);
  push({ type: "message.upserted", conversationId, message });
  changed(one, {
    preview: { text, type: message.type, direction, messageId: message.id, revoked: false },
    lastActivityAt: message.sentAt,
    ...(direction === "in"
      ? {
          unread: true,
          unreadCount: one.unreadCount + 1,
          inboundCount: one.inboundCount + 1,
          lastInboundId: message.id,
          waitingSince: message.sentAt,
        }
      : { waitingSince: null }),
  });
  return message;
}

function deliver(message: Message): void {
  const steps = ["sending", "sent", "delivered", "read"] as const;
  steps.forEach((status, index) => {
    setTimeout(
      () => {
        Object.assign(message, { status, version: message.version + 1 });
        push({ type: "message.upserted", conversationId: message.conversationId, message: { ...message } });
      },
      400 * (index + 1),
    );
  });
}

function rendered(name: string, { header = [], body = [] }: { header?: string[]; body?: string[] }): string {
  const found = templates.find((one) => one.name === name);
  const fill = (text: string, values: string[]) =>
    text.replace(/\{\{(\d+)\}\}/g, (_, at) => values[Number(at) - 1] ?? "");
  return [fill(found?.header?.text ?? "", header), fill(found?.body.text ?? "", body), found?.footer]
    .filter(Boolean)
    .join("\n\n");
}

const routes: [string, RegExp, Handler][] = [
  ["POST", /^\/auth\/sign-in$/, () => ({ operator: data.me, account: data.account, now: new Date().toISOString() })],
  ["POST", /^\/auth\/.+$/, () => ({})],
  [
    "GET",
    /^\/me$/,
    () => ({ operator: data.me, permissions: data.permissions, account: data.account, now: new Date().toISOString() }),
  ],
  [
    "PATCH",
    /^\/me$/,
    (_, body) => ({
      operator: Object.assign(data.me, body, { version: data.me.version + 1 }),
      permissions: data.permissions,
      account: data.account,
    }),
  ],
  ["PUT", /^\/me\/availability$/, (_, body) => Object.assign(data.me, { availability: body.status })],
  ["GET", /^\/sessions$/, () => ({ items: data.sessions, nextCursor: null })],
  ["GET", /^\/operators$/, () => ({ items: data.operators, nextCursor: null })],
  [
    "PATCH",
    /^\/operators\/(.+)$/,
    ([id], body) => {
      const found = data.operators.find((one) => one.id === id);
      if (!found) throw missing();
      return Object.assign(found, body, { version: found.version + 1 }) satisfies Operator;
    },
  ],
  ["GET", /^\/stores$/, () => ({ items: data.stores, nextCursor: null })],
  ["GET", /^\/capabilities$/, () => ({ items: capabilities, nextCursor: null })],
  ["GET", /^\/channels$/, () => ({ items: data.channels, nextCursor: null })],
  [
    "POST",
    /^\/channels$/,
    (_, body) => {
      if (data.channels.some(({ externalId }) => externalId === body.externalId)) {
        throw new Failure(409, "conflict", "externalId");
      }
      const id = `ch_${data.channels.length + 1}`;
      const made = { ...data.channels[0], displayPhone: undefined, externalId: id.padEnd(20, "X").toUpperCase() };
      data.channels.push(Object.assign(made, { storeId: "st_1", health: { state: "ok" } }, body, { id }) as Channel);
      return data.channels.at(-1);
    },
  ],
  [
    "PATCH",
    /^\/channels\/([^/]+)$/,
    ([id], body) => {
      const found = data.channels.find((one) => one.id === id);
      if (!found) throw missing();
      if (body.version !== found.version) throw new Failure(409, "conflict", "version");
      return Object.assign(found, body, { version: found.version + 1 });
    },
  ],
  [
    "GET",
    /^\/channels\/([^/]+)\/templates$/,
    ([id], _, query) => {
      const q = (query.get("q") ?? "").toLowerCase();
      const status = query.get("status");
      return paged(
        (id === "ch_1" ? templates : [])
          .filter(({ name, body }) => `${name} ${body.text}`.toLowerCase().includes(q))
          .filter((one) => !status || one.status === status),
        query,
      );
    },
  ],
  [
    "POST",
    /^\/channels\/([^/]+)\/templates\/sync$/,
    ([id]) => {
      if (id !== "ch_1") throw new Failure(409, "conflict", "settings", "no_business_account");
      return {};
    },
  ],
  ["GET", /^\/settings$/, () => data.settings],
  ["PUT", /^\/distribution$/, (_, body) => Object.assign(data.settings.distribution, { managerId: null }, body)],
  ["PATCH", /^\/settings$/, (_, body) => Object.assign(data.settings, body, { version: data.settings.version + 1 })],
  ["POST", /^\/socket-tickets$/, () => ({ url: "/socket?ticket=mock", expiresIn: 30 })],
  ["GET", /^\/conversations$/, (_, __, query) => list(query)],
  ["GET", /^\/conversations\/counts$/, counts],
  ["GET", /^\/conversations\/([^/]+)$/, ([id]) => conversation(id)],
  [
    "GET",
    /^\/conversations\/([^/]+)\/messages$/,
    ([id], _, query) => paged(data.messagesOf(conversation(id)), query, true),
  ],
  [
    "GET",
    /^\/conversations\/([^/]+)\/events$/,
    ([id], _, query) => paged(data.eventsOf(conversation(id)), query, true),
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/messages$/,
    ([id = ""], { text = "", replyTo, clientId, type, location = null, cards = [], interactive, template }) => {
      const used = template as {
        name: string;
        language: string;
        parameters: Record<"header" | "body", string[]>;
      } | null;
      if (used?.name === "encuesta_mensual") throw new Failure(409, "conflict", "template");
      const message = say(id, "out", used ? rendered(used.name, used.parameters) : String(text), {
        ...({ clientId, type, replyTo, location, cards, interactive } as Partial<Message>),
        template: used ? { name: used.name, language: used.language, heading: "", footer: "", buttons: [] } : undefined,
      });
      deliver(message);
      return message;
    },
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/assign$/,
    ([id], body) => changed(conversation(id), { assigneeId: body.operatorId as string | null }),
  ],
  ["POST", /^\/conversations\/([^/]+)\/resolve$/, ([id]) => changed(conversation(id), { status: "resolved" })],
  ["POST", /^\/conversations\/([^/]+)\/(?:reopen)$/, ([id]) => changed(conversation(id), { status: "open" })],
  ["POST", /^\/conversations\/([^/]+)\/pending$/, ([id]) => changed(conversation(id), { status: "pending" })],
  [
    "POST",
    /^\/conversations\/([^/]+)\/read$/,
    ([id]) => Object.assign(conversation(id), { unread: false, unreadCount: 0 }),
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/unread$/,
    ([id]) => Object.assign(conversation(id), { unread: true, unreadCount: 1 }),
  ],
  [
    "GET",
    /^\/contacts$/,
    (_, __, query) =>
      paged(
        data.contacts.filter(({ name }) => name.toLowerCase().includes((query.get("q") ?? "").toLowerCase())),
        query,
      ),
  ],
  ["GET", /^\/contacts\/([^/]+)$/, ([id]) => data.contacts.find((one) => one.id === id)],
  [
    "PATCH",
    /^\/contacts\/([^/]+)$/,
    ([id], body) => {
      const found = data.contacts.find((one) => one.id === id);
      if (!found) throw missing();
      if (body.version !== found.version) throw new Failure(409, "conflict");
      return Object.assign(found, body, { version: found.version + 1 });
    },
  ],
  [
    "GET",
    /^\/contacts\/([^/]+)\/conversations$/,
    ([id]) => ({
      items: data.conversations.filter(({ contact }) => contact.id === id),
      nextCursor: null,
    }),
  ],
  // Events that a screenshot script triggers: an inbound message, typing, a broken socket.
  ["POST", /^\/dev\/say$/, (_, body) => say(String(body.conversationId), "in", String(body.text))],
  ["POST", /^\/dev\/push$/, (_, body) => push(body.frame as FrameItem)],
  [
    "POST",
    /^\/dev\/cut$/,
    () => {
      for (const socket of sockets) socket.destroy();
    },
  ],
];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  let text = "";
  for await (const chunk of request) text += chunk;
  const reply = (status: number, body: unknown) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const path = url.pathname.replace("/api/v1", "");
  for (const [method, pattern, handler] of routes) {
    const match = pattern.exec(path);
    if (method !== request.method || !match) continue;
    try {
      return reply(200, handler(match.slice(1), text ? JSON.parse(text) : {}, url.searchParams));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return reply(error.status, {
        error: { code: error.code, message: error.code, field: error.field, reason: error.reason },
      });
    }
  }
  reply(404, { error: { code: "not_found", message: path } });
}

export function mockServer(): Plugin {
  return {
    name: "recado-mock",
    configureServer(server) {
      server.httpServer?.on("upgrade", upgrade);
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/v1/")) void answer(request, response);
        else next();
      });
    },
  };
}
