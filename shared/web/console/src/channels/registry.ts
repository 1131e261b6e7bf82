/** The channels that this console knows, one line each. The exported name is the type in the API. */
export { instagram } from "./instagram/index.ts";
export { mercadolibre } from "./mercadolibre/index.ts";
export { messenger } from "./messenger/index.ts";
export { telegram } from "./telegram/index.ts";
export { webchat } from "./webchat/index.ts";
export { whatsapp } from "./whatsapp/index.ts";
