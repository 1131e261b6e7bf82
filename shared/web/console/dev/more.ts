/** Sample sites, templates and capabilities. */
import type { Capabilities, Channel, Conversation, Template } from "@recado/lib/protocol";
import known from "../../lib/protocol/testdata/capabilities.json" with { type: "json" };
import { channels, contacts, conversations } from "./data.ts";

const [whatsapp] = known.items as Capabilities[];
if (!whatsapp) throw new Error("the golden file holds no channel");

export const capabilities: Capabilities[] = [
  whatsapp,
  {
    ...whatsapp,
    channelType: "webchat",
    windowSeconds: 0,
    types: whatsapp.types.filter((type) => type !== "sticker" && type !== "template"),
    templates: false,
  },
];

const template = (name: string, text: string, more: Partial<Template> = {}): Template => ({
  id: `${name} ${more.language ?? "es_AR"}`,
  name,
  language: "es_AR",
  category: "utility",
  status: "approved",
  quality: "green",
  reason: "",
  updatedAt: "2026-11-20T14:03:00.000Z",
  header: null,
  body: { text, parameters: new Set(text.match(/\{\{\d+\}\}/g)).size, examples: [] },
  footer: "",
  buttons: [],
  ...more,
});

export const templates: Template[] = [
  template(
    "aviso_envio",
    "Hola {{1}}, tu pedido *{{2}}* ya salió y llega el {{3}}. Si no vas a estar, avisanos por acá.",
    {
      header: { format: "text", text: "Pedido {{1}} en camino", parameters: 1, examples: [] },
      footer: "Librería Malabia",
      buttons: [
        { type: "url", text: "Seguir el envío", parameter: true },
        { type: "quick_reply", text: "No voy a estar", parameter: false },
      ],
    },
  ),
  template("aviso_envio", "Hi {{1}}, your order *{{2}}* is on its way.", { language: "en_US", quality: "unknown" }),
  template("bienvenida", "¡Hola! Gracias por escribirnos. En un rato te contestamos.", { quality: "yellow" }),
  template("catalogo_mensual", "Mirá lo que llegó este mes, {{1}} 📚", {
    category: "marketing",
    header: { format: "image", text: "", parameters: 0, examples: [] },
    footer: "Responde BAJA para no recibir más",
    buttons: [{ type: "quick_reply", text: "Ver más", parameter: false }],
  }),
  template("codigo_ingreso", "Tu código es *{{1}}*. No lo compartas.", {
    category: "authentication",
    buttons: [{ type: "copy_code", text: "Copiar código", parameter: true }],
  }),
  template("descuento_invierno", "Hasta un 40 % en toda la tienda.", {
    category: "marketing",
    status: "rejected",
    quality: "unknown",
    reason: "INVALID_FORMAT",
  }),
  template("encuesta_mensual", "¿Cómo te atendimos, {{1}}?", { category: "marketing", quality: "red" }),
  template("factura", "Adjuntamos tu factura {{1}}.", {
    header: { format: "document", text: "", parameters: 0, examples: [] },
  }),
  template("local_nuevo", "Abrimos un local nuevo, {{1}}.", {
    header: { format: "location", text: "", parameters: 4, examples: [] },
    category: "marketing",
  }),
  template("promo_navidad", "Este mes, {{1}} de regalo.", { category: "marketing", status: "paused", quality: "red" }),
  template("recordatorio", "Te esperamos el {{1}} a las {{2}}.", { status: "pending", quality: "unknown" }),
  ...Array.from({ length: 1000 }, (_, index) =>
    template(`serie_${String(index + 1).padStart(4, "0")}`, `Plantilla de prueba {{1}}, la número ${index + 1}.`),
  ),
];

const site = (id: string, name: string, code: string, origins: string[]): Channel => ({
  id,
  type: "webchat",
  name,
  storeId: "st_1",
  externalId: code,
  health: { state: "ok" },
  settings: { origins, title: name, greeting: "¡Hola! ¿En qué te ayudamos?", color: "#7a2e2e" },
  version: 1,
});
export const sites: Channel[] = [
  site("ch_3", "malabia.example", "K3M9QX7TB2WZR4HN8PVD", ["https://malabia.example", "https://www.malabia.example"]),
  site("ch_4", "Malabia Niños", "Z8D2LQ5RV7YJ1FXC4MTB", ["https://ninos.malabia.example"]),
];

for (const channel of channels) if (channel.id === "ch_1") channel.settings = { businessAccountId: "102290129340398" };
// Tomás opted out of marketing; his reply window is closed.
for (const contact of contacts) if (contact.id === "ct_1") contact.marketingOptOutAt = "2026-11-02T12:00:00.000Z";
for (const one of conversations) if (one.id === "cv_1") Object.assign(one, { windowUntil: null, assigneeId: "op_1" });

const [newest] = conversations;
export const conversationsOfSites: Conversation[] = newest
  ? [
      {
        ...newest,
        id: "cv_web",
        channel: { id: "ch_3", type: "webchat" },
        contact: { id: "ct_2", name: "Visitante 7K2Q" },
        preview: newest.preview && { ...newest.preview, text: "¿Hacen envíos al interior?", type: "text" },
        windowUntil: null,
      },
    ]
  : [];
