import { withVisibleMarks, withVisibleOverrides } from "./marks.ts";

/** Splits text into plain parts and links. Only http and https URLs become links. Their directions are visible. */
export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

/** An address ends at spaces, invisible characters, quotes, and the punctuation of CJK texts. */
const candidate =
  /(?<![a-z\d])(?:https?:\/\/|www\.)[^\s<>"`\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u3000-\u303f\uff00-\uffef]+/giu;
/** Punctuation that belongs to the sentence and not to the URL. */
const punctuation = /(?![/#%&@*\\])[\p{Po}\p{Pi}\p{Pf}\p{Ps}\p{Pe}\u200c\u200d]/u;
/** Marks of formatted text: bold, italic and strikethrough. */
const formatting = /[*_~]/;
const invisible = /^\p{Cf}+/u;
/** How far back a formatted part is looked for. */
const REACH = 1_000;
const brackets: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  const plain = (until: number) => {
    if (until === from) return;
    let part = withVisibleOverrides(text.slice(from, until));
    if (from > 0) part = part.replace(invisible, withVisibleMarks);
    if (until < text.length) part = withVisibleEnd(part);
    parts.push({ kind: "text", text: part });
  };
  for (const match of text.matchAll(candidate)) {
    const address = trimmed(match[0], text.slice(Math.max(0, match.index - REACH), match.index));
    const href = hrefOf(address);
    if (!href) continue;
    plain(match.index);
    parts.push({ kind: "link", text: address, href });
    from = match.index + address.length;
  }
  plain(text.length);
  return parts;
}

/** Spells out the direction marks at the end of a text, where a link follows. */
function withVisibleEnd(text: string): string {
  let end = text.length;
  while (end > 0 && invisible.test(text[end - 1] ?? "")) end -= 1;
  return text.slice(0, end) + withVisibleMarks(text.slice(end));
}

/** The address without what belongs to the text around it. `before` is the text up to the address. */
function trimmed(address: string, before: string): string {
  const counts = new Map<string, number>();
  for (const one of address) counts.set(one, (counts.get(one) ?? 0) + 1);
  const count = (bracket: string) => counts.get(bracket) ?? 0;
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1] ?? "";
    const opening = brackets[last];
    if (opening) {
      // Keep a closing bracket that the URL opened: wiki/Recado_(mensaje)
      if (count(opening) >= count(last)) break;
      counts.set(last, count(last) - 1);
    } else if (formatting.test(last) ? !opens(last, before) : !punctuation.test(last)) break;
  }
  return address.slice(0, end);
}

/** Whether a formatted part begins in the last line of the text. */
const opens = (mark: string, text: string): boolean =>
  new RegExp(`(?<![\\p{L}\\p{N}])[${mark}](?!\\s)`, "u").test(text.slice(text.lastIndexOf("\n") + 1));

function hrefOf(address: string): string | null {
  try {
    const url = new URL(/^www\./i.test(address) ? `https://${address}` : address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
