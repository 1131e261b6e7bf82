/**
 * An in-memory web chat server and a shop page on another origin, for `npm run dev:widget`. Never part of a build. The
 * page's buttons simulate operators by posting to `/dev/`; scripts can do the same.
 */
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";

const SITE = "DEMO0SITE0DEMO0SITE0";
const shop = { port: 5175, origin: "http://localhost:5175" };

interface Wire extends Record<string, unknown> {
  id: string;
  version: number;
}

const state = {
  messages: [] as Wire[],
  online: true,
  /** The error returned by every API call while it is set. */
  failing: null as { status: number; retryAfter?: number } | null,
  posted: [] as Record<string, unknown>[],
  receipts: [] as unknown[],
};
const files = new Map<string, { name: string; mime: string; size: number; bytes: Buffer }>();
const sockets = new Set<Duplex>();
let serial = 0;

function push(...items: unknown[]): void {
  const payload = Buffer.from(JSON.stringify(items));
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  for (const socket of sockets) socket.write(Buffer.concat([head, payload]));
}

function upgrade(request: IncomingMessage, socket: Duplex): void {
  if (!request.url?.startsWith("/widget/v1/socket")) return;
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

function add(fields: Record<string, unknown>): Wire {
  const at = new Date(Date.now() + Number(fields.minutes ?? 0) * 60_000).toISOString();
  const message = {
    id: `m${String(++serial).padStart(6, "0")}`,
    conversationId: "cv_1",
    direction: "out",
    type: "text",
    text: null,
    attachments: [],
    author: { kind: "operator", name: "Lucía Pérez", picture: null },
    replyTo: null,
    status: "sent",
    editedAt: null,
    revokedAt: null,
    sentAt: at,
    version: 1,
    ...fields,
  };
  state.messages.push(message);
  push({ type: "message.upserted", message });
  return message;
}

/** The real server queues a visitor's message, so it is pushed back after a short delay. */
function take(body: Record<string, unknown>): void {
  if (state.messages.some(({ clientId }) => clientId === body.clientId)) return;
  state.posted.push(body);
  const attachments = (body.attachments as string[]).flatMap((id) => {
    const file = files.get(id);
    return file ? [{ id, name: file.name, mime: file.mime, size: file.size, state: "ready" }] : [];
  });
  setTimeout(() => {
    const { clientId, type, text, replyTo = null } = body;
    const author = { kind: "contact", name: "", picture: null };
    add({ direction: "in", clientId, type, text, replyTo, attachments, author, status: "received" });
  }, 150);
}

const limits = {
  maxText: 4096,
  attachments: [
    { type: "image", accept: ["image/png", "image/jpeg"], maxSize: 5 * 1024 * 1024 },
    { type: "audio", accept: ["audio/mpeg", "audio/ogg"], maxSize: 10 * 1024 * 1024 },
    { type: "video", accept: ["video/mp4"], maxSize: 10 * 1024 * 1024 },
    { type: "document", accept: ["application/pdf", "text/plain"], maxSize: 10 * 1024 * 1024 },
  ],
};

type Answer = [status: number, body: unknown, headers?: Record<string, string>];
const refused = (status: number, code: string, field?: string): Answer => [
  status,
  { error: { code, message: code, field } },
];

function answer(request: IncomingMessage, url: URL, body: Record<string, unknown>): Answer {
  const path = url.pathname.slice("/widget/v1".length);
  const { failing } = state;
  if (failing) {
    const [status, answered] = refused(failing.status, failing.status === 429 ? "rate_limited" : "unavailable");
    return [status, answered, failing.retryAfter ? { "Retry-After": String(failing.retryAfter) } : {}];
  }
  if (path === "/sessions") {
    if (body.site !== SITE) return refused(404, "not_found");
    if (body.origin !== shop.origin) return refused(403, "forbidden", "origin");
    return [
      body.token ? 200 : 201,
      {
        token: body.token ?? randomUUID(),
        expiresAt: new Date(Date.now() + 1e9).toISOString(),
        visitorId: "vi_1",
        site: { title: "Tienda Malabia", greeting: "¡Hola! ¿En qué te ayudamos?", color: "#1c7ed6" },
        online: state.online,
        unread: state.messages.filter(({ direction, status }) => direction === "out" && status !== "read").length,
        started: state.messages.length > 0,
        limits,
      },
    ];
  }
  if (!request.headers.authorization) return refused(401, "unauthenticated");
  const id = url.searchParams.get("attachment") ?? "";
  switch (`${request.method} ${path}`) {
    case "GET /messages": {
      const limit = Number(url.searchParams.get("limit") ?? 30);
      const start = Number(url.searchParams.get("cursor") ?? 0);
      const end = Math.min(state.messages.length, start + limit);
      const items = state.messages.slice(state.messages.length - end, state.messages.length - start);
      return [200, { items, nextCursor: end < state.messages.length ? String(end) : null }];
    }
    case "POST /messages":
      if (String(body.text).startsWith("/refuse")) return refused(400, "invalid", "text");
      take(body);
      return [202, { clientId: body.clientId }];
    case "POST /uploads": {
      const upload = randomUUID();
      const { name, mime, size } = body as { name: string; mime: string; size: number };
      files.set(upload, { name, mime, size, bytes: Buffer.alloc(0) });
      return [201, { id: upload, url: `/dev/files/${upload}`, headers: { "Content-Type": mime } }];
    }
    case "GET /files":
      return files.has(id) ? [200, { url: `/dev/files/${id}`, expiresIn: 300 }] : refused(404, "not_found");
    case "POST /receipts":
      state.receipts.push(body);
      for (const message of state.messages) {
        if (!(body.messageIds as string[]).includes(message.id) || message.status === "read") continue;
        Object.assign(message, { status: body.status, version: message.version + 1 });
        push({ type: "message.upserted", message });
      }
      return [202, {}];
    case "POST /socket-tickets":
      return [201, { url: `ws://${request.headers.host}/widget/v1/socket`, expiresIn: 30 }];
    default:
      return refused(404, "not_found");
  }
}

/** Operator actions, for the page's buttons and for scripts. */
function staged(path: string, body: Record<string, unknown>): unknown {
  switch (path) {
    case "/dev/say":
      return add(body);
    case "/dev/change": {
      const message = state.messages.find(({ id }) => id === body.id);
      if (!message) return null;
      Object.assign(message, body, { version: message.version + 1 });
      push({ type: "message.upserted", message });
      return message;
    }
    case "/dev/push":
      return push(body.item);
    case "/dev/file": {
      files.set(String(body.id), {
        name: String(body.name),
        mime: String(body.mime),
        size: 0,
        bytes: Buffer.from(String(body.base64), "base64"),
      });
      return null;
    }
    case "/dev/state":
      return Object.assign(state, body);
    case "/dev/cut":
      for (const socket of sockets) socket.destroy();
      return null;
    default:
      return state;
  }
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  `frame-ancestors ${shop.origin}`,
].join("; ");

async function serve(request: IncomingMessage, response: ServerResponse, dev: boolean): Promise<boolean> {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const chunks: Buffer[] = [];
  const read = async () => {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  const reply = ([status, body, headers = {}]: Answer) => {
    response.writeHead(status, { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*", ...headers });
    response.end(JSON.stringify(body ?? null));
    return true;
  };
  if (url.pathname === "/widget/v1/frame") {
    if (url.searchParams.get("site") !== SITE) return reply(refused(404, "not_found"));
    const [script, style, client] = dev
      ? ["/widget/src/main.tsx", "", '<script type="module" src="/widget/@vite/client"></script>']
      : ["/widget/app.js", '<link rel="stylesheet" href="/widget/app.css">', ""];
    response.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      // Vite's dev server injects <style> elements, which this policy blocks.
      ...(dev ? {} : { "Content-Security-Policy": policy }),
    });
    response.end(
      `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Chat</title>${style}${client}<script type="module" src="${script}"></script></head><body><div id="app" data-site="${SITE}"></div></body></html>`,
    );
    return true;
  }
  if (url.pathname === "/widget/loader.js") {
    response.writeHead(200, { "Content-Type": "text/javascript" });
    response.end(await readFile(new URL("../dist/loader.js", import.meta.url)));
    return true;
  }
  if (url.pathname.startsWith("/widget/v1/")) {
    const text = (await read()).toString();
    return reply(answer(request, url, text ? (JSON.parse(text) as Record<string, unknown>) : {}));
  }
  if (url.pathname.startsWith("/dev/files/")) {
    const file = files.get(url.pathname.slice("/dev/files/".length));
    if (!file) return reply(refused(404, "not_found"));
    if (request.method === "PUT") {
      file.bytes = await read();
      return reply([200, {}]);
    }
    response.writeHead(200, { "Content-Type": file.mime });
    response.end(file.bytes);
    return true;
  }
  if (url.pathname.startsWith("/dev/")) {
    const text = (await read()).toString();
    return reply([200, staged(url.pathname, text ? (JSON.parse(text) as Record<string, unknown>) : {})]);
  }
  return false;
}

const shopPage = (host: string) => `<!doctype html><html lang="es"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Tienda Malabia</title></head>
<body><h1>Tienda Malabia</h1><p>Una página cualquiera, en otro sitio que el chat.</p>
<p><button onclick="post('say',{text:'¿Te llegó el paquete?'})">An operator writes</button>
<button onclick="post('push',{item:{type:'typing',by:{kind:'operator',name:'Lucía'},on:true}})">types</button>
<button onclick="post('cut',{})">the socket breaks</button>
<button onclick="post('state',{failing:{status:503}})">the server fails</button>
<button onclick="post('state',{failing:null})">works again</button></p>
<script>const post = (path, body) => fetch("${host}/dev/" + path, { method: "POST", body: JSON.stringify(body) });</script>
<script async src="${host}/widget/loader.js" data-site="${SITE}"></script></body></html>`;

/** Works with the sources (`dev`) and with the build (`preview`). The loader always comes from the last build. */
export function mockServer(): Plugin {
  const attach = (server: ViteDevServer | PreviewServer, port: number, dev: boolean) => {
    const page = createServer((_, response) => {
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
      response.end(shopPage(`http://127.0.0.1:${port}`));
    });
    page.listen(shop.port);
    server.config.logger.info(`  a shop with the chat: ${shop.origin}`);
    server.httpServer?.on("upgrade", upgrade);
    server.httpServer?.on("close", () => page.close());
    server.middlewares.use((request, response, next) => {
      serve(request, response, dev).then((done) => done || next(), next);
    });
  };
  return {
    name: "recado-mock",
    configureServer: (server) => attach(server, server.config.server.port, true),
    configurePreviewServer: (server) => attach(server, server.config.preview.port, false),
  };
}
