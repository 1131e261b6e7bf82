import { type FocusEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";

/** After a finger leaves, the list still glides, and the finger comes back. In milliseconds. */
const FINGER = 1_000;

/**
 * Whether somebody points at an element: a pointer rests on it, a finger touches it, or the keyboard's focus is in it. Focus that a click
 * left behind does not count.
 */
export function useHold(element: RefObject<HTMLElement | null>) {
  const [pointer, setPointer] = useState(false);
  const [finger, setFinger] = useState(false);
  const [focus, setFocus] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // A row that is removed while it has the focus is not blurred.
  useEffect(() => {
    if (focus && !element.current?.contains(document.activeElement)) setFocus(false);
  });
  const touch = (on: boolean) => {
    clearTimeout(timer.current);
    if (on) setFinger(true);
    else timer.current = setTimeout(() => setFinger(false), FINGER);
  };
  return {
    hold: pointer || finger || focus,
    handlers: {
      onPointerEnter: (event: PointerEvent) => setPointer(event.pointerType !== "touch"),
      onPointerLeave: () => setPointer(false),
      onTouchStart: () => touch(true),
      onTouchEnd: () => touch(false),
      onTouchCancel: () => touch(false),
      onFocus: (event: FocusEvent) => setFocus(event.target.matches(":focus-visible")),
      onBlur: (event: FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocus(false);
      },
    },
  };
}
