import { type Catalogue, chooseLanguage, loadCatalogue } from "@recado/lib/i18n";
import type { Language } from "@recado/lib/protocol";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

declare module "i18next" {
  interface CustomTypeOptions {
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: Catalogue };
    returnNull: false;
  }
}

const remembered = "recado.language";

export async function startI18n(): Promise<void> {
  const stored = localStorage.getItem(remembered);
  const language = chooseLanguage(stored ? [stored] : navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { [language]: { translation: await loadCatalogue(language) } },
  });
  document.documentElement.lang = language;
}

/** The catalogue is there before the language changes, so that no key is ever seen. */
export async function speak(language: Language): Promise<void> {
  localStorage.setItem(remembered, language);
  if (i18next.language === language) return;
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await loadCatalogue(language));
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
