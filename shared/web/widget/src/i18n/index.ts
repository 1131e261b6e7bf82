/** The widget's sentences: few enough to come with it in all languages. English is the shape of the others. */
import { chooseLanguage } from "@recado/lib/i18n/choose";
import en from "./en.json";
import es from "./es.json";
import pt from "./pt.json";

export type Key = keyof typeof en;

const catalogues: Record<string, Record<Key, string>> = { en, es, pt };

export const language = chooseLanguage(navigator.languages, "en");

export function t(key: Key, gaps: Record<string, string> = {}): string {
  const sentence = (catalogues[language] ?? en)[key];
  return sentence.replace(/\{\{(\w+)\}\}/g, (_, name: string) => gaps[name] ?? "");
}
