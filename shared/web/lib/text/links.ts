import { withVisibleMarks, withVisibleOverrides } from "./marks.ts";

/** Splits text into plain parts and links. Only http and https URLs become links. Their directions are visible. */
export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

/** An address ends at spaces, invisible characters, quotes, and the punctuation of CJK texts. The marks beside it are caught with it. */
const candidate =
  /([\u061c\u200e-\u200f\u202a-\u202e\u2066-\u2069]{0,9})(?<![a-z\d])((?:https?:\/\/|www\.)[^\s<>"`\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u3000-\u303f\uff00-\uffef]{1,4096})/giu;
/** Punctuation that belongs to the sentence and not to the URL. */
const punctuation = /(?![/#%&@*\\])[\p{Po}\p{Pi}\p{Pf}\p{Ps}\p{Pe}\u200c\u200d]/u;
/** Marks of formatted text: bold, italic and strikethrough. */
const formatting = /[*_~]/;
/** How far back a formatted part is looked for. */
const REACH = 1_000;
const brackets: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  const plain = (until: number) => {
    // Marks that follow a link belong to it as well.
    const [marks = ""] = (from > 0 && /^\p{Cf}+/u.exec(text.slice(from, until))) || [];
    const words = withVisibleMarks(marks) + withVisibleOverrides(text.slice(from + marks.length, until));
    if (words) parts.push({ kind: "text", text: words });
  };
  for (const { 0: match, 1: marks = "", 2: found = "", index } of text.matchAll(candidate)) {
    const address = trimmed(found, text.slice(Math.max(0, index - REACH), index));
    const href = hrefOf(address);
    if (!href) continue;
    plain(index);
    if (marks) parts.push({ kind: "text", text: withVisibleMarks(marks) });
    parts.push({ kind: "link", text: address, href });
    from = index + match.length - found.length + address.length;
  }
  plain(text.length);
  return parts;
}

/** The address without what belongs to the text around it. `before` is the text up to the address. */
function trimmed(address: string, before: string): string {
  const last = address.at(-1) ?? "";
  const opening = brackets[last];
  const count = (bracket: string) => address.split(bracket).length;
  // Keep a closing bracket that the URL opened: wiki/Recado_(mensaje)
  const outside = opening
    ? count(opening) < count(last)
    : formatting.test(last)
      ? opens(last, before)
      : punctuation.test(last);
  return outside ? trimmed(address.slice(0, -1), before) : address;
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
