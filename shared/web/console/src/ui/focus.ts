import { useEffect, useState } from "react";

/** Returns the focus to the element that had it before, when a dialog that is mounted only while open unmounts. */
export function useReturnFocus(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // After the dialog's focus trap has released the focus.
      requestAnimationFrame(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      });
    },
    [before],
  );
}
