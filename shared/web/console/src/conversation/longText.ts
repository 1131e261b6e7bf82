/** Long message texts are shown from their beginning, so that one message does not fill the conversation. */
import type { TextPart } from "@recado/lib/text";

/** What is shown of a long text, in code units and lines. */
const SHOWN = 1_500;
const LINES = 30;
/** A text that is not longer than this many times what would be shown is shown whole. */
const SLACK = 1.2;

const segmenter = new Intl.Segmenter();

/** The beginning of a long text; undefined for a short one. A link whose text is cut still leads where the whole one does. */
export function beginningOf(parts: TextPart[]): TextPart[] | undefined {
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  if (length <= SHOWN * SLACK && endOf(parts.map(({ text }) => text).join(""), LINES * SLACK) === undefined)
    return undefined;
  const beginning: TextPart[] = [];
  let left = SHOWN;
  let lines = LINES;
  for (const part of parts) {
    const end = Math.min(left, endOf(part.text, lines) ?? part.text.length);
    if (end < part.text.length) {
      beginning.push({ ...part, text: `${whole(part.text, end)}…` });
      break;
    }
    beginning.push(part);
    left -= end;
    lines -= part.text.split("\n").length - 1;
  }
  return beginning;
}

/** Where a text has more than so many lines; undefined when it has not. */
function endOf(text: string, lines: number): number | undefined {
  let at = -1;
  for (let line = 0; line < lines; line += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return undefined;
  }
  return at;
}

/** The text up to an end that does not cut a character. */
const whole = (text: string, end: number): string =>
  text.slice(0, segmenter.segment(text.slice(0, end + 64)).containing(end)?.index ?? end);
