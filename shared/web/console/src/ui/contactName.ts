/** Names of contacts as they are shown. */
import { withVisibleOverrides } from "@recado/lib/text";
import type { TFunction } from "i18next";

/** The web chat names anonymous visitors in the account's language. */
const visitor = /^(?:Visitante|Visitor) ([0-9A-Z]{4})$/;

/** The contact's name; anonymous visitors and contacts without a name are named in the operator's language. */
export function contactName(name: string | null, t: TFunction): string {
  const code = name && visitor.exec(name)?.[1];
  if (code) return t("contact.visitor", { code });
  return withVisibleOverrides(name ?? "") || t("contact.nameless");
}
