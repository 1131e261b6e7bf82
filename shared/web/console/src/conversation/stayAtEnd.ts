/** Keeps a list of messages at its end. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";

/** Within this distance of the end, in px, the list counts as at its end. */
const NEAR = 80;
/** Time in which changed rows are measured and the scroll position is corrected, in ms. */
const SETTLES = 500;
/** Time after which a scroll does not follow from a wheel, a finger, a key or the scroll bar any more, in ms. */
const BY_USER = 1_000;
const inputs = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

/**
 * Stays at the end when rows are added or replaced, when the list shrinks (a longer draft) or a row grows. Only scrolling up leaves it:
 * a refetch may replace all rows, and then the list's own corrections scroll up, too. The returned function leaves it before the list is
 * scrolled by code.
 */
export function useStayAtEnd(scroll: RefObject<HTMLDivElement | null>, rows: unknown): () => void {
  const pinned = useRef(true);
  const changedAt = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about when the rows change
  useLayoutEffect(() => {
    changedAt.current = performance.now();
  }, [rows]);
  useEffect(() => {
    const frame = scroll.current;
    if (!frame) return;
    let last = frame.scrollTop;
    let inputAt = Number.NEGATIVE_INFINITY;
    const onInput = () => {
      inputAt = performance.now();
    };
    const onScroll = () => {
      const now = performance.now();
      const atEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR;
      const meant = now - changedAt.current > SETTLES || now - inputAt < BY_USER;
      pinned.current = atEnd || (pinned.current && !(meant && frame.scrollTop < last));
      last = frame.scrollTop;
    };
    const observer = new ResizeObserver(() => {
      if (pinned.current) frame.scrollTop = frame.scrollHeight;
    });
    observer.observe(frame);
    for (const content of frame.children) observer.observe(content);
    frame.addEventListener("scroll", onScroll, { passive: true });
    for (const name of inputs) frame.addEventListener(name, onInput, { passive: true });
    return () => {
      observer.disconnect();
      frame.removeEventListener("scroll", onScroll);
      for (const name of inputs) frame.removeEventListener(name, onInput);
    };
  }, [scroll]);
  return useCallback(() => {
    pinned.current = false;
  }, []);
}
