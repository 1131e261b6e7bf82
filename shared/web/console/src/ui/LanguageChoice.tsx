import "@mantine/core/styles/Combobox.css";
import { NativeSelect } from "@mantine/core";
import { type Language, languages } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import { setLanguage } from "../core/texts.ts";

/** Each language is named in itself, for readers who do not understand the current one. */
export const languageNames: Record<Language, string> = { es: "Español", pt: "Português", en: "English" };

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  return (
    <NativeSelect
      size="xs"
      variant="unstyled"
      aria-label={t("profile.language")}
      value={i18n.language}
      data={languages.map((value) => ({ value, label: languageNames[value] }))}
      onChange={(event) => void setLanguage(event.currentTarget.value as Language)}
    />
  );
}
