/** Splits text into plain parts and links. Links are made from what was parsed, never from markup. */
export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"']+/giu;
/** Closing marks that belong to the sentence, not to the address. */
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
  // A bracket that the address itself opened stays: wiki/Recado_(mensaje)
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
