/** The catalogues: flat, one key per sentence, loaded one language at a time. English is the shape of the others. */

import type { Language } from "../protocol/index.ts";
import type en from "./en.json";

export { chooseLanguage } from "./choose.ts";

export type Catalogue = typeof en;
export type Key = keyof Catalogue;

const loaders: Record<Language, () => Promise<{ default: Catalogue }>> = {
  es: () => import("./es.json"),
  pt: () => import("./pt.json"),
  en: () => import("./en.json"),
};

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  return (await loaders[language]()).default;
}
