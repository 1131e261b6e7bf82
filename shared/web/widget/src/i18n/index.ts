/** The widget's texts, all languages bundled. The keys of en.json are the keys of all. */
import { chooseLanguage } from "@recado/lib/i18n/choose";
import en from "./en.json";
import es from "./es.json";
import pt from "./pt.json";

export type Key = keyof typeof en;
/** Keys with the plural forms `_one` and `_other`. */
type CountKey = Key extends infer K ? (K extends `${infer Stem}_one` ? Stem : never) : never;

const catalogues: Record<string, Record<Key, string>> = { en, es, pt };

export const language = chooseLanguage(navigator.languages, "en");

export function t(key: Key, values: Record<string, string> = {}): string {
  const text = (catalogues[language] ?? en)[key];
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? "");
}

/** The plural form for `count`; `n` is the formatted number. */
export const tCount = (key: CountKey, count: number, n: string): string =>
  t(`${key}_${new Intl.PluralRules(language).select(count) === "one" ? "one" : "other"}`, { n });
