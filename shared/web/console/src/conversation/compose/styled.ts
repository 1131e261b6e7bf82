/** The marks of formatted texts: bold, italic, strikethrough and code. Pure. */

import type { Template } from "@recado/lib/protocol";

/** A text in parts. A gap is a parameter without a value. */
export type Filled = { text: string; gap: boolean }[];

export type Style = "bold" | "italic" | "strike" | "code";
export interface Styled {
  text: string;
  style: Style | null;
  gap: boolean;
}

/** What is shown of a template. */
export interface TemplateText {
  heading: readonly Styled[];
  body: readonly Styled[];
  footer: string;
  buttons: Template["buttons"];
}

const styles: Record<string, Style> = { "*": "bold", _: "italic", "~": "strike", "`": "code" };
const marked = /(^|[\s\p{P}])([*_~])(\S(?:[^\n]*?\S)?)\2(?=$|[\s\p{P}])|```([^`]+)```|`([^`\n]+)`/gu;

/** Private-use characters around an unfilled parameter while the text is parsed. */
const [OPEN, CLOSE] = ["\uE000", "\uE001"];
const openGap = new RegExp(`(${OPEN}[^${CLOSE}]*${CLOSE})`);

/** Parses the marks for bold, italic, strikethrough and code. Nested marks are not parsed. */
export function styled(parts: Filled): Styled[] {
  const text = parts.map((part) => (part.gap ? OPEN + part.text + CLOSE : part.text)).join("");
  const made: Styled[] = [];
  const add = (piece: string, style: Style | null) => {
    for (const bit of piece.split(openGap)) {
      if (bit) made.push({ text: bit.replaceAll(OPEN, "").replaceAll(CLOSE, ""), style, gap: bit.startsWith(OPEN) });
    }
  };
  let at = 0;
  for (const match of text.matchAll(marked)) {
    const [whole, before = "", mark = "`", inside, block, inline] = match;
    const start = match.index + before.length;
    add(text.slice(at, start), null);
    add(inside ?? block ?? inline ?? "", styles[mark] ?? null);
    at = match.index + whole.length;
  }
  add(text.slice(at), null);
  return made;
}
