/** Splits text into plain parts and links. Only http and https URLs become links. */
export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"']+/giu;
/** Trailing punctuation, which belongs to the sentence and not to the URL. */
const trailing = /[.,;:!?…»”’)\]}]+$/u;

export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  const plain = (until: number) => {
    if (until > from) parts.push({ kind: "text", text: text.slice(from, until) });
  };
  for (const match of text.matchAll(candidate)) {
    const address = trimmed(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    plain(match.index);
    parts.push({ kind: "link", text: address, href });
    from = match.index + address.length;
  }
  plain(text.length);
  return parts;
}

function trimmed(address: string): string {
  const end = trailing.exec(address)?.[0] ?? "";
  // Keep a closing bracket that the URL opened: wiki/Recado_(mensaje)
  const opens = address.includes("(") && end.startsWith(")");
  return opens ? address.slice(0, address.length - end.length + 1) : address.slice(0, address.length - end.length);
}

function hrefOf(address: string): string | null {
  try {
    const url = new URL(address.startsWith("www.") ? `https://${address}` : address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
