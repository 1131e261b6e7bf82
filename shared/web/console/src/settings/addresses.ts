/** The addresses of an invitation, as people type and paste them. */

export const ADDRESSES_AT_ONCE = 20;

/** What may stand between addresses. */
export const SEPARATORS = [",", ";", " ", "\n", "\r", "\t"];

export const isAddress = (text: string): boolean => /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(text);

/**
 * The list after more was typed or pasted: without quotes and brackets, in lower case, each address once. Of "Ana Paz <ana@x.com>" the
 * name is dropped.
 */
export function tidied(before: string[], after: string[]): string[] {
  if (after.length <= before.length) return after;
  const added: string[] = [];
  let name: string[] = [];
  for (const text of after.slice(before.length).flatMap((piece) => piece.split(/[\s,;]+/))) {
    if (!text.includes("@")) name.push(text);
    else {
      added.push(...(text.startsWith("<") ? [] : name), text);
      name = [];
    }
  }
  const plain = [...added, ...name].map((text) => text.replace(/^[<"'(]+|[>"'),.]+$/g, "").toLowerCase());
  return [...new Set([...before, ...plain.filter(Boolean)])];
}
