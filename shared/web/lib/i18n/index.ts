/** The catalogues: flat, one key per sentence, loaded one language at a time. English is the shape of the others. */

import { type Language, languages } from "../protocol/index.ts";
import type en from "./en.json";

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

/** The first language of the browser's list that there is a catalogue for. */
export function chooseLanguage(wanted: readonly string[], otherwise: Language = "es"): Language {
  for (const tag of wanted) {
    const language = languages.find((known) => known === tag.toLowerCase().split("-")[0]);
    if (language) return language;
  }
  return otherwise;
}
