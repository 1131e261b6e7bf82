import { type Language, languages } from "../protocol/codes.ts";

/** The first language of the browser's list that there is a catalogue for. */
export function chooseLanguage(wanted: readonly string[], otherwise: Language = "es"): Language {
  for (const tag of wanted) {
    const language = languages.find((known) => known === tag.toLowerCase().split("-")[0]);
    if (language) return language;
  }
  return otherwise;
}
