/** Drafts of messages with buttons or a list. Lengths are in code points. Pure. */

import type { Capabilities, Interactive } from "@recado/lib/protocol";
import type { ButtonDraft, ChoicesDraft, RowDraft, SectionDraft } from "../../live/outgoing.ts";

export type ChoiceLimits = NonNullable<Capabilities["interactive"]>;

const key = () => crypto.randomUUID();
export const emptyButton = (): ButtonDraft => ({ key: key(), title: "" });
export const emptyRow = (): RowDraft => ({ key: key(), title: "", description: "" });
export const emptySection = (): SectionDraft => ({ key: key(), title: "", rows: [emptyRow()] });
export const emptyChoices = (): ChoicesDraft => ({
  kind: "buttons",
  text: "",
  footer: "",
  buttons: [emptyButton()],
  button: "",
  sections: [emptySection()],
});

/** In code points, as the channels count: an emoji sequence counts as several. */
export const lengthOf = (text: string): number => [...text.trim()].length;

export const rowsIn = (draft: ChoicesDraft): number =>
  draft.sections.reduce((sum, section) => sum + section.rows.length, 0);

export type ChoiceFault = "missing" | "tooLong" | "twice";

/** Faults by the key of a part or the name of a field. */
export function choiceFaults(draft: ChoicesDraft, limits: ChoiceLimits): Map<string, ChoiceFault> {
  const faults = new Map<string, ChoiceFault>();
  const check = (at: string, text: string, max: number, needed = true) => {
    if (needed && text.trim() === "") faults.set(at, "missing");
    else if (lengthOf(text) > max) faults.set(at, "tooLong");
  };
  const checkTwins = (parts: readonly ButtonDraft[]) => {
    const seen = new Set<string>();
    for (const part of parts) {
      const title = part.title.trim().toLocaleLowerCase();
      if (title && seen.has(title) && !faults.has(part.key)) faults.set(part.key, "twice");
      seen.add(title);
    }
  };
  check("text", draft.text, limits.maxBody);
  check("footer", draft.footer, limits.maxFooter, false);
  if (draft.kind === "buttons") {
    for (const { key: at, title } of draft.buttons) check(at, title, limits.maxButtonTitle);
    checkTwins(draft.buttons);
    return faults;
  }
  check("button", draft.button, limits.maxListButton);
  for (const section of draft.sections) {
    // A single section needs no title.
    check(section.key, section.title, limits.maxRowTitle, draft.sections.length > 1);
    for (const row of section.rows) {
      check(row.key, row.title, limits.maxRowTitle);
      check(`${row.key} description`, row.description, limits.maxRowDescription, false);
    }
  }
  checkTwins(draft.sections.flatMap(({ rows }) => rows));
  return faults;
}

export function interactiveOf(draft: ChoicesDraft): Interactive {
  const footer = draft.footer.trim();
  if (draft.kind === "buttons") {
    return { footer, buttons: draft.buttons.map(({ title }, index) => ({ id: `b${index + 1}`, title: title.trim() })) };
  }
  let count = 0;
  return {
    footer,
    button: draft.button.trim(),
    sections: draft.sections.map(({ title, rows }) => ({
      title: title.trim(),
      rows: rows.map((row) => ({ id: `r${++count}`, title: row.title.trim(), description: row.description.trim() })),
    })),
  };
}

/** Moves an item up or down by one. At the ends it stays. */
export function moved<T>(items: readonly T[], from: number, by: -1 | 1): T[] {
  const next = [...items];
  const to = from + by;
  const [one, other] = [next[from], next[to]];
  if (one === undefined || other === undefined) return next;
  next[from] = other;
  next[to] = one;
  return next;
}
