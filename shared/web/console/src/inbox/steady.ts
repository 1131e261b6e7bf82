/** Which rows the list shows, and in what order, while the conversations behind it move. Pure. */
import type { Conversation } from "@recado/lib/protocol";

export interface Pin {
  id: string;
  /** Where the row is; -1 while the list does not have it. */
  index: number;
}

export interface Steady {
  rows: Conversation[];
  /** How many conversations are new to the list or moved up in it, and are not shown there yet. */
  news: number;
}

/** The newest state of a row that the list no longer has. */
export type Latest = (row: Conversation) => Conversation;

/** The list as it is, with the open conversation kept at its place although it moved or left the list. */
export function followed(
  shown: readonly Conversation[],
  items: readonly Conversation[],
  pin: Pin,
  latest: Latest,
): Steady {
  if (pin.index < 0) return { rows: [...items], news: 0 };
  const old = shown.find(({ id }) => id === pin.id);
  const row = items.find(({ id }) => id === pin.id) ?? (old && latest(old));
  if (!row) return { rows: [...items], news: 0 };
  const others = items.filter(({ id }) => id !== pin.id);
  return { rows: [...others.slice(0, pin.index), row, ...others.slice(pin.index)], news: 0 };
}

/**
 * The list while somebody points at it: every row keeps its place and shows its newest state. Only what comes behind the last row, such as
 * another page, is added.
 */
export function held(shown: readonly Conversation[], items: readonly Conversation[], pin: Pin, latest: Latest): Steady {
  const next = new Map(items.map((item) => [item.id, item]));
  const places = new Map(shown.map(({ id }, index) => [id, index]));
  const last = items.findLastIndex(({ id }) => places.has(id));
  const behind = items.slice(last + 1);
  const before = items.slice(0, last + 1);
  const stayed = shown.filter(({ id }) => next.has(id) && id !== pin.id);
  const rank = new Map(stayed.map(({ id }, index) => [id, index]));
  let known = -1;
  let news = 0;
  for (const { id } of before) {
    if (id === pin.id) continue;
    const was = rank.get(id);
    if (was === undefined) {
      news += 1;
      continue;
    }
    known += 1;
    if (was > known) news += 1;
  }
  return { rows: [...shown.map((row) => next.get(row.id) ?? latest(row)), ...behind], news };
}
