/** Drafts of contact cards. Pure. */

import type { Card, Contact } from "@recado/lib/protocol";
import type { CardDraft } from "../../live/outgoing.ts";
import { phoneText } from "../../ui/format.ts";

export const emptyCard = (): CardDraft => ({ key: crypto.randomUUID(), name: "", company: "", phones: "", emails: "" });

export const cardDraftOf = (contact: Contact): CardDraft => ({
  ...emptyCard(),
  name: contact.name,
  phones: contact.phone ? phoneText(contact.phone) : "",
  emails: contact.email ?? "",
});

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

export const isUntouched = (draft: CardDraft): boolean =>
  [draft.name, draft.company, draft.phones, draft.emails].every((text) => text.trim() === "");

export type CardFault = "name" | "phones" | "emails" | "unreachable";

/** Validates a card. */
export function cardFaults(draft: CardDraft): Set<CardFault> {
  const { phones, emails } = cardOf(draft);
  const faults = new Set<CardFault>();
  if (draft.name.trim() === "") faults.add("name");
  if (phones.some((phone) => !/^\+?[\d\s().-]+$/.test(phone) || phone.replace(/\D/g, "").length < 5)) {
    faults.add("phones");
  }
  if (emails.some((email) => !/^\S+@\S+\.\S+$/.test(email))) faults.add("emails");
  if (phones.length + emails.length === 0) faults.add("unreachable");
  return faults;
}

export const cardOf = (draft: CardDraft): Card => ({
  name: draft.name.trim(),
  company: draft.company.trim(),
  phones: lines(draft.phones),
  emails: lines(draft.emails),
});
