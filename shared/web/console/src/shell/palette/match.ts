/** Finds what was typed in labels, and marks it. Letters match whatever their case and accents. Pure. */
import type { Command } from "../../ui/commands.ts";

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const wordsOf = (q: string): string[] => folded(q).split(/\s+/).filter(Boolean);

/** The commands whose labels have every word. Without words all are found, with their options folded in; else options are found, too. */
export function found(commands: readonly Command[], q: string): Command[] {
  const words = wordsOf(q);
  if (words.length === 0) return [...commands];
  const matches = ({ label, detail = "" }: Command) => {
    const text = folded(`${label} ${detail}`);
    return words.every((word) => text.includes(word));
  };
  return commands.flatMap((command) => [...(matches(command) ? [command] : []), ...found(command.options ?? [], q)]);
}

export interface Part {
  text: string;
  hit: boolean;
}

/** What may stand between the digits of a phone. */
const separator = /[+\s().-]/g;
/** Fewer digits match only as they are written. */
const PHONE_DIGITS = 3;

/** The text in parts, of which those that were typed are hits. Digits of a phone match whatever stands between them. */
export function marked(text: string, q: string): Part[] {
  const letters = [...text];
  const hits = new Set<number>();
  const mark = (looked: (letter: string) => string, words: readonly string[]) => {
    let plain = "";
    const at: number[] = [];
    for (const [index, letter] of letters.entries()) {
      const one = looked(letter);
      plain += one;
      for (let i = 0; i < one.length; i += 1) at.push(index);
    }
    for (const word of words) {
      for (let from = plain.indexOf(word); from >= 0; from = plain.indexOf(word, from + 1)) {
        const end = at[from + word.length - 1] ?? -1;
        for (let index = at[from] ?? 0; index <= end; index += 1) hits.add(index);
      }
    }
  };
  mark(folded, wordsOf(q));
  const digits = q.replace(/\D/g, "");
  if (digits.length >= PHONE_DIGITS && q.replace(separator, "") === digits) {
    mark((letter) => letter.replace(separator, ""), [digits]);
  }
  const parts: Part[] = [];
  for (const [index, letter] of letters.entries()) {
    const hit = hits.has(index);
    const last = parts.at(-1);
    if (last && last.hit === hit) last.text += letter;
    else parts.push({ text: letter, hit });
  }
  return parts;
}
