/** A template's parameters, its text once they are filled in, and whether it may be sent. Pure. */

import type { FileKind, Template } from "@recado/lib/protocol";
import type { LocationDraft, TemplateDraft, TemplateUse } from "../../live/outgoing.ts";
import { locationOf } from "./location.ts";
import { type Filled, styled, type TemplateText } from "./styled.ts";

const gap = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** The names of parameters in the order of their values: names in order of appearance, numbers ascending. */
export function placeholdersOf(text: string, count: number): string[] {
  const names = [...new Set([...text.matchAll(gap)].map(([, name = ""]) => name))];
  names.sort((a, b) => (Number(a) || 0) - (Number(b) || 0));
  return Array.from({ length: count }, (_, index) => names[index] ?? String(index + 1));
}

/** A parameter in words. `example` is the provider's value for it. */
export interface Gap {
  label: string;
  example: string | undefined;
}

/** The parameters of a text: names in words, numbers as the screen calls them. */
export const gapsOf = (
  { text, parameters, examples }: Pick<Template["body"], "text" | "parameters" | "examples">,
  numbered: (number: string) => string,
): Gap[] =>
  placeholdersOf(text, parameters).map((name, index) => {
    const words = name.replace(/[_-]+/g, " ").trim();
    const label = /^\d+$/.test(name) ? numbered(name) : words.charAt(0).toLocaleUpperCase() + words.slice(1);
    return { label, example: examples[index] };
  });

/** The text with its parameters filled in. One without a value is marked: it shows its example or its name. */
export function filled(text: string, values: readonly string[], gaps: readonly Gap[] = []): Filled {
  const names = placeholdersOf(text, Math.max(values.length, gaps.length));
  const parts: Filled = [];
  let at = 0;
  for (const match of text.matchAll(gap)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), gap: false });
    const index = names.indexOf(match[1] ?? "");
    const value = cleaned(values[index] ?? "");
    const unfilled = gaps[index]?.example ?? gaps[index]?.label ?? match[0];
    parts.push(value ? { text: value, gap: false } : { text: unfilled, gap: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), gap: false });
  return parts;
}

/** Providers reject line breaks, tabs and runs of spaces in a parameter. */
export const cleaned = (value: string): string => value.trim().replace(/\s+/g, " ");

const joined = (parts: Filled): string => parts.map(({ text }) => text).join("");

/** The message text as the server makes it: header, body and footer. */
export function wordsOf({ template, header, body }: TemplateDraft): string {
  const head = template.header?.format === "text" ? joined(filled(template.header.text, header)) : "";
  return [head, joined(filled(template.body.text, body)), template.footer].filter(Boolean).join("\n\n");
}

const mediaFormats = new Set<string>(["image", "video", "document"] satisfies FileKind[]);

/** The file type that the header needs, if any. */
export const headerFile = ({ header }: Template): FileKind | null =>
  header && mediaFormats.has(header.format) ? (header.format as FileKind) : null;

/** Number of header values. A file needs none; a location has four: latitude, longitude, name, address. */
const headerPlaceholders = ({ header }: Template): number =>
  header?.format === "text" || header?.format === "location" ? header.parameters : 0;

/** A location header as a draft of the location form. */
export const headerLocation = ({
  header: [latitude = "", longitude = "", name = "", address = ""],
}: TemplateDraft): LocationDraft => ({
  latitude,
  longitude,
  name,
  address,
});

/** Coordinates get a decimal point. */
function headerValues(draft: TemplateDraft): string[] {
  if (draft.template.header?.format !== "location") return draft.header.map(cleaned);
  const place = locationOf(headerLocation(draft));
  if (!("location" in place)) return draft.header.map(cleaned);
  const { latitude, longitude, name, address } = place.location;
  return [String(latitude), String(longitude), cleaned(name), cleaned(address)];
}

export const draftOf = (template: Template): TemplateDraft => ({
  template,
  header: Array.from({ length: headerPlaceholders(template) }, () => ""),
  body: Array.from({ length: template.body.parameters }, () => ""),
  buttons: Object.fromEntries(
    template.buttons.flatMap(({ parameter }, index) => (parameter ? [[String(index), ""] as const] : [])),
  ),
});

export function usageOf(draft: TemplateDraft): TemplateUse {
  const { template, body, buttons } = draft;
  const { name, language } = template;
  return {
    name,
    language,
    parameters: {
      header: headerValues(draft),
      body: body.map(cleaned),
      buttons: Object.fromEntries(Object.entries(buttons).map(([at, value]) => [at, cleaned(value)])),
    },
  };
}

export const isComplete = (draft: TemplateDraft): boolean =>
  [...draft.header, ...draft.body, ...Object.values(draft.buttons)].every((value) => cleaned(value) !== "") &&
  (headerFile(draft.template) === null || draft.file !== undefined) &&
  (draft.template.header?.format !== "location" || "location" in locationOf(headerLocation(draft)));

export type BlockReason = Exclude<Template["status"], "approved"> | "header";

/** Why the console cannot send a template. */
export function blockReasonOf({ status, header }: Template): BlockReason | null {
  if (status !== "approved") return status;
  return header?.format === "other" ? "header" : null;
}

/** A template as far as it is filled in. */
export const draftWords = (
  { template, header, body }: TemplateDraft,
  gaps: { header: readonly Gap[]; body: readonly Gap[] },
): TemplateText => ({
  heading: styled(filled(template.header?.format === "text" ? template.header.text : "", header, gaps.header)),
  body: styled(filled(template.body.text, body, gaps.body)),
  footer: template.footer,
  buttons: template.buttons,
});
