const segmenter = new Intl.Segmenter();
const graphemes = (word: string): string[] => Array.from(segmenter.segment(word), ({ segment }) => segment);

/** The first grapheme of the first and last word. Empty for phone numbers. */
export function initials(name: string): string {
  if (/^[+\d\s()-]*$/.test(name)) return "";
  const words = name.trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked
    .map((word) => graphemes(word ?? "")[0] ?? "")
    .join("")
    .toLocaleUpperCase();
}
