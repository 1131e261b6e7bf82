import type { Conversation } from "@recado/lib/protocol";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../live/LiveProvider.tsx";
import { setListed } from "../live/listed.ts";
import { followed, held, type Pin } from "./steady.ts";

/** How often the list changes at most, in milliseconds. */
const EVERY = 350;

/** The value, changed at most every `EVERY` milliseconds. The last one is never left out. */
export function useCalm<T>(value: T): T {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const change = () => {
      changedAt.current = performance.now();
      setShown(value);
    };
    const wait = changedAt.current + EVERY - performance.now();
    if (wait <= 0) return change();
    const timer = setTimeout(change, wait);
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}

/**
 * The rows to show of a list that changes. While `hold` is set they keep their places; `news` says what that leaves out, and `apply` shows
 * it. The open conversation keeps its place until another one is opened.
 */
export function useSteadyRows(items: Conversation[], openId: string | undefined, hold: boolean) {
  const { live } = useLive();
  const [base, setBase] = useState(items);
  const [pin, setPin] = useState<Pin>({ id: "", index: -1 });
  const id = openId ?? "";
  if (pin.id !== id || (pin.index < 0 && id !== "" && items.some((item) => item.id === id))) {
    const next = { id, index: base.findIndex((row) => row.id === id) };
    if (next.id !== pin.id || next.index !== pin.index) setPin(next);
  }

  const steady = useMemo(() => {
    const latest = (row: Conversation) => {
      const known = live.known(row.id);
      return known && known.version > row.version ? known : row;
    };
    return (hold ? held : followed)(base, items, pin, latest);
  }, [live, base, items, pin, hold]);

  useLayoutEffect(() => {
    setListed(steady.rows);
    // What is shown now is what keeps its place next.
    setBase((before) => (sameRows(before, steady.rows) ? before : steady.rows));
  }, [steady]);

  const apply = useCallback(
    () => setBase(followed(steady.rows, items, pin, (row) => row).rows),
    [steady.rows, items, pin],
  );
  return { ...steady, apply };
}

const sameRows = (a: readonly Conversation[], b: readonly Conversation[]): boolean =>
  a.length === b.length && a.every((row, index) => row === b[index]);
