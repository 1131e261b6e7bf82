import { useEffect, useState } from "react";

/**
 * Returns the focus to the element that had it before, when a dialog that is mounted only while open unmounts; or gives it to the element
 * that `instead` names then.
 */
export function useReturnFocus(instead?: () => HTMLElement | null): void {
  const [before] = useState(() => document.activeElement);
  const [named] = useState(() => instead);
  useEffect(
    () => () => {
      // After the dialog's focus trap has released the focus.
      requestAnimationFrame(() => {
        const target = named?.() ?? before;
        if (target instanceof HTMLElement && target.isConnected) target.focus({ preventScroll: true });
      });
    },
    [before, named],
  );
}
