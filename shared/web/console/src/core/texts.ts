/**
 * Interface texts. A folder keeps its texts in `texts/{en,es,pt}.json` and declares them in `texts/index.ts`; they are
 * loaded together with the code that shows them. Keys are unique over all folders, so `t` needs no namespace.
 */
import { chooseLanguage } from "@recado/lib/i18n/choose";
import type { Language } from "@recado/lib/protocol";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

/** The type of all texts. Every `texts/index.ts` adds its own by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by the folders
export interface Catalogue {}
export type Key = keyof Catalogue;

declare module "i18next" {
  interface CustomTypeOptions {
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: Catalogue };
    returnNull: false;
  }
}

/** The texts of one folder, one loader per language. */
export type Texts = Readonly<Record<Language, () => Promise<{ default: Readonly<Record<string, string>> }>>>;

/** `T` is the type of the English texts. A language without one of its keys is a type error. */
export const texts = <T extends Record<string, string>>(
  loaders: Readonly<Record<Language, () => Promise<{ default: T }>>>,
): Texts => loaders;

const NAMESPACE = "translation";
const remembered = "recado.language";

/** Texts that i18next has, by language. */
const added = new Map<string, Set<Texts>>();
/** Texts in use. A change of the language loads these first. */
const held = new Set<Texts>();
let wanted: string;

async function add(bundle: Texts, language: string): Promise<void> {
  const known = added.get(language) ?? new Set();
  added.set(language, known);
  if (known.has(bundle)) return;
  const { default: values } = await bundle[language as Language]();
  i18next.addResourceBundle(language, NAMESPACE, values, true, true);
  known.add(bundle);
}

/** Initialises i18next in the stored language, else the browser's, with the texts that every screen needs. */
export async function startTexts(...common: Texts[]): Promise<void> {
  const stored = localStorage.getItem(remembered);
  wanted = chooseLanguage(stored ? [stored] : navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: wanted,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: {},
  });
  await loadTexts(...common);
  document.documentElement.lang = i18next.language;
}

/** Resolves when the texts are loaded in the current language, also if that changes meanwhile. */
export async function loadTexts(...bundles: Texts[]): Promise<void> {
  let language: string;
  do {
    language = i18next.language;
    await Promise.all(bundles.map((bundle) => add(bundle, language)));
  } while (language !== i18next.language);
  for (const bundle of bundles) held.add(bundle);
}

/** Loads code and its texts at the same time. For `lazyRouteComponent`, `Later` and `useOverlay`. */
export async function withTexts<T>(bundles: readonly Texts[], load: () => Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([load(), loadTexts(...bundles)]);
  return loaded;
}

/** Changes the language after loading all texts in use, so that no key is ever visible. The last call wins. */
export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(remembered, language);
  wanted = language;
  const missing = () => [...held].filter((bundle) => !added.get(language)?.has(bundle));
  while (missing().length > 0) await Promise.all(missing().map((bundle) => add(bundle, language)));
  if (wanted !== language || i18next.language === language) return;
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
