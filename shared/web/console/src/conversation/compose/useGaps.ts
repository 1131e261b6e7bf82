import type { Template } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import type { TemplateDraft } from "../../live/outgoing.ts";
import type { TemplateText } from "./styled.ts";
import { draftWords, type Gap, gapsOf } from "./templates.ts";

/** The parameters of a template's header and body, named for the reader. */
export function useGaps({ header, body }: Pick<Template, "header" | "body">): { header: Gap[]; body: Gap[] } {
  const { t } = useTranslation();
  return {
    header: header?.format === "text" ? gapsOf(header, (number) => t("template.headerGap", { number })) : [],
    body: gapsOf(body, (number) => t("template.bodyGap", { number })),
  };
}

/** A template as far as it is filled in. */
export const useDraftWords = (draft: TemplateDraft): TemplateText => draftWords(draft, useGaps(draft.template));
