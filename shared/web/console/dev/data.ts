/** Sample operators, contacts and conversations, the same on every start. */
import type { Channel, Contact, Conversation, Message, Operator, TimelineEvent } from "@recado/lib/protocol";
import { permissions as all } from "../../lib/protocol/rest.ts";

const now = Date.now();
const iso = (at: number) => new Date(at).toISOString();
const minutes = (count: number) => count * 60_000;
const hours = (count: number) => minutes(60 * count);
const idAt = (at: number, extra: number) => `m${String(at).padStart(14, "0")}${String(extra).padStart(5, "0")}`;

export const permissions: string[] = [...all];
export const account = {
  id: "acc_1",
  name: "Librería Malabia",
  timeZone: "America/Argentina/Buenos_Aires",
  language: "es",
  version: 3,
};

const operator = (id: string, name: string, more: Partial<Operator> = {}): Operator => ({
  id,
  name,
  email: `${name.split(" ")[0]?.toLowerCase()}@malabia.example`,
  emailVerified: true,
  role: "operator",
  availability: "available",
  capacity: 20,
  openConversations: 6,
  picture: null,
  storeIds: [],
  languages: ["es"],
  language: "es",
  active: true,
  online: true,
  version: 1,
  ...more,
});

export const me = operator("op_1", "Lucía Fernández", { role: "owner", openConversations: 9, emailVerified: false });
export const operators: Operator[] = [
  me,
  operator("op_2", "Martín Ríos", { openConversations: 20, role: "supervisor" }),
  operator("op_3", "Ana Beatriz Souza", { languages: ["pt", "es"], openConversations: 4 }),
  operator("op_4", "Joaquín Paz", { availability: "away", online: false, openConversations: 0 }),
  operator("op_5", "Valentina Cruz", { active: false, online: false, availability: "away", openConversations: 0 }),
];

export const stores = [
  { id: "st_1", name: "Librería Malabia", version: 1 },
  { id: "st_2", name: "Malabia Niños", version: 1 },
];

const channel = (id: string, type: Channel["type"], name: string, more: Partial<Channel> = {}): Channel => ({
  id,
  type,
  name,
  storeId: "st_1",
  externalId: "106540352242922",
  health: { state: "ok" },
  settings: {},
  version: 1,
  ...more,
});
export const channels: Channel[] = [
  channel("ch_1", "whatsapp", "Ventas", { displayPhone: "+54 11 5263-1188" }),
  channel("ch_2", "whatsapp", "Postventa", {
    displayPhone: "+54 11 5263-1190",
    health: { state: "reauthorise", code: "190", message: "Error validating access token" },
  }),
];

export const settings = {
  timeZone: account.timeZone,
  language: "es",
  closing: { idleMinutes: 60 as number | null },
  distribution: { mode: "account", managerId: null as string | null },
  version: 4,
};

export const sessions = [
  {
    id: "s1",
    createdAt: iso(now - hours(30)),
    lastSeenAt: iso(now),
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    ip: "190.12.44.7",
    current: true,
  },
  {
    id: "s2",
    createdAt: iso(now - hours(90)),
    lastSeenAt: iso(now - hours(7)),
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1",
    ip: "181.46.2.90",
    current: false,
  },
];

const people = [
  ["Sofía Giménez", "¿Tienen stock del segundo tomo? Lo necesito para el viernes 🙏"],
  ["Tomás Aguirre", "Perfecto, muchas gracias!"],
  ["Camila Ortega", ""],
  ["Marcos Peralta", "Hola, quería saber si hacen envíos a Bariloche y cuánto tarda"],
  ["Julieta Sosa", "Ya transferí, les paso el comprobante"],
  ["Renata Oliveira", "Vocês entregam em Porto Alegre?"],
  ["Diego Molina", ""],
  ["Paula Benítez", "Buen día! El libro llegó con la tapa doblada 😕"],
  ["Nicolás Vera", "¿A qué hora cierran los sábados?"],
  ["Florencia Acosta", "Genial 👩‍👧 nos vemos mañana entonces"],
  ["يوسف الحداد", "مرحبا، هل عندكم كتب للأطفال؟"],
  ["Ignacio Luna", "Quiero cambiar la dirección de entrega por favor"],
  ["María José Fernández de la Cruz y Montenegro", "Dale, espero la confirmación"],
  ["Gastón Ibarra", "Listo"],
  ["Milagros Rey", "¿Me lo podés reservar hasta el lunes?"],
] as const;

export const contacts: Contact[] = people.map(([name], index) => ({
  id: `ct_${index}`,
  name,
  firstName: name.split(" ")[0] ?? "",
  lastName: name.split(" ").slice(1).join(" "),
  email: index % 3 === 0 ? `contacto${index}@correo.example` : null,
  phone: `+54 9 11 ${5000 + index * 37}-${1200 + index * 91}`,
  blocked: false,
  identities: [
    {
      channelId: "ch_1",
      type: "whatsapp",
      externalId: `54911${5000 + index}`,
      phone: `+54 9 11 ${5000 + index * 37}-${1200 + index * 91}`,
    },
  ],
  ...(index === 0 && { marketingOptOutAt: iso(now - hours(50)) }),
  storeIds: ["st_1"],
  createdAt: iso(now - hours(24 * 40)),
  version: 1,
}));

export const conversations: Conversation[] = Array.from({ length: 120 }, (_, index) => {
  const person = index % people.length;
  const at = now - minutes(3) - (index < 6 ? minutes(index * 7) : hours(index * 1.7));
  const [name, text] = people[person] ?? ["", ""];
  const inbound = index % 3 !== 1;
  return {
    id: `cv_${index}`,
    status: index % 11 === 7 ? "pending" : index > 70 ? "resolved" : "open",
    channel: { id: index % 5 === 3 ? "ch_2" : "ch_1", type: "whatsapp" },
    storeId: "st_1",
    groupId: null,
    contact: { id: `ct_${person}`, name },
    assigneeId: index % 6 === 3 ? null : index % 7 === 2 ? "op_3" : index % 5 === 4 ? "op_2" : "op_1",
    tags: [],
    preview: {
      text,
      type: text ? "text" : index % 2 ? "audio" : "image",
      direction: inbound ? "in" : "out",
      messageId: idAt(at, 9),
      revoked: false,
    },
    lastActivityAt: iso(at),
    windowUntil: index === 0 ? iso(now + hours(2.4)) : index % 9 === 8 ? null : iso(at + hours(24)),
    waitingSince: inbound && index < 70 ? iso(at - minutes(index === 3 ? 52 : 4)) : null,
    dueAt: null,
    unread: inbound && index % 4 === 0 && index < 40,
    unreadCount: inbound && index % 4 === 0 && index < 40 ? (index % 12) + 1 : 0,
    inboundCount: 12,
    lastInboundId: idAt(at, 9),
    botEnabled: false,
    createdAt: iso(at - hours(4)),
    resolvedAt: index > 70 ? iso(at) : null,
    version: 5,
  };
});

export function makeMessage(
  one: Conversation,
  direction: "in" | "out",
  text: string,
  at: number,
  more: Partial<Message> = {},
): Message {
  serial += 1;
  return {
    id: idAt(at, serial),
    conversationId: one.id,
    direction,
    type: "text",
    text,
    attachments: [],
    location: null,
    cards: [],
    author:
      direction === "in"
        ? { kind: "contact", id: one.contact.id, name: one.contact.name }
        : { kind: "operator", id: me.id, name: me.name },
    replyTo: null,
    status: direction === "in" ? "received" : "read",
    error: null,
    reactions: [],
    editedAt: null,
    revokedAt: null,
    sentAt: iso(at),
    receivedAt: iso(at),
    version: 1,
    ...more,
  };
}
let serial = 0;

const picture = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#d9c7a8"/><rect x="190" y="70" width="250" height="340" rx="6" fill="#7a2e2e"/><rect x="190" y="70" width="26" height="340" fill="#5c2020"/><path d="M240 150h160M240 180h120" stroke="#e9d8b4" stroke-width="10"/></svg>',
)}`;
const file = (
  id: string,
  name: string,
  mime: string,
  size: number,
  url: string | null,
  state: "ready" | "pending" | "failed" = "ready",
) => [{ id, name, mime, size, url, state }];

const known = new Map<string, Message[]>();
export function messagesOf(one: Conversation): Message[] {
  const made = known.get(one.id);
  if (made) return made;
  const end = Date.parse(one.lastActivityAt);
  const messages: Message[] = [];
  for (let index = 130; index > 0; index--) {
    const at = end - hours(20) - minutes(index * 9);
    messages.push(makeMessage(one, index % 3 ? "in" : "out", `Mensaje anterior número ${131 - index}`, at));
  }
  const add = (ago: number, direction: "in" | "out", text: string, more: Partial<Message> = {}) =>
    messages.push(makeMessage(one, direction, text, end - minutes(ago), more));
  add(
    64,
    "in",
    "¡Hola! Vi en https://malabia.example/novedades que llegó la saga completa. ¿Es la edición de tapa dura?",
    {
      referral: {
        url: "https://fb.me/malabia",
        headline: "La saga completa, en tapa dura",
        body: "Escribinos y te la reservamos hasta el viernes",
        source: "ad",
        sourceId: "12001",
      },
    },
  );
  add(62, "in", "", { type: "image", attachments: file("a1", "tapa.jpg", "image/jpeg", 348_120, picture) });
  add(58, "out", "¡Hola! Sí, esa misma, tapa dura con sobrecubierta. Nos quedan cuatro.");
  add(57, "out", "Te paso la ficha con las medidas y el precio:");
  add(57, "out", "", {
    type: "document",
    attachments: file("a2", "ficha-saga-completa.pdf", "application/pdf", 1_284_000, "/favicon.svg"),
    status: "delivered",
  });
  add(41, "in", "", { type: "audio", attachments: file("a3", "audio.ogg", "audio/ogg", 48_000, "/favicon.svg") });
  add(40, "in", "Plaza Serrano\nPalermo, Buenos Aires", {
    type: "location",
    location: { latitude: -34.5886, longitude: -58.43, name: "Plaza Serrano", address: "Palermo, Buenos Aires" },
  });
  add(39, "in", "María Pérez", {
    type: "contacts",
    cards: [
      {
        name: "María Pérez",
        company: "Librería Malabia",
        phones: ["+54 9 11 5555-0199"],
        emails: ["maria@malabia.example"],
      },
    ],
  });
  add(33, "out", "Te la reservo a tu nombre hasta el viernes.", { status: "sent" });
  add(31, "out", "Y si querés te la enviamos hoy mismo.", {
    status: "failed",
    error: { code: "131026", message: "Message undeliverable" },
  });
  add(9, "in", "", { type: "video", attachments: file("a4", "video.mp4", "video/mp4", 4_000_000, null, "pending") });
  add(4, "in", "❤️‍🔥👩‍👧");
  add(1, "in", one.preview?.text || "Gracias!");
  known.set(one.id, messages);
  return messages;
}

export function eventsOf(one: Conversation): TimelineEvent[] {
  const end = Date.parse(one.lastActivityAt);
  const event = (id: string, type: string, ago: number, more: Partial<TimelineEvent>): TimelineEvent => ({
    id: `${one.id}_${id}`,
    conversationId: one.id,
    type,
    at: iso(end - minutes(ago)),
    actor: { kind: "system", id: "system", name: "" },
    reason: null,
    data: {},
    ...more,
  });
  const considered = (operatorId: string, name: string, outcome: string, open: number) => ({
    operatorId,
    name,
    outcome,
    open,
    capacity: 20,
  });
  return [
    event("1", "opened", 64.5, { actor: { kind: "contact", id: one.contact.id, name: one.contact.name } }),
    event("2", "assigned", 64.2, {
      data: { assigneeId: "op_1" },
      reason: {
        code: "fewest_open",
        considered: [
          considered("op_1", "Lucía Fernández", "chosen", 3),
          considered("op_3", "Ana Beatriz Souza", "busier", 4),
          considered("op_2", "Martín Ríos", "at_capacity", 20),
          considered("op_4", "Joaquín Paz", "away", 0),
        ],
      },
    }),
    event("3", "pending", 30, { actor: { kind: "operator", id: "op_1", name: "Lucía Fernández" } }),
    event("4", "reopened", 10, {}),
    event("5", "opted_out", 8, { actor: { kind: "contact", id: one.contact.id, name: one.contact.name } }),
  ];
}
