import { useEffect, useRef } from "react";

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

export const inOverlay = (): boolean =>
  [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]')].some((one) =>
    one.checkVisibility(),
  );

/**
 * Single-key shortcuts. They are ignored in text fields and while a dialog is open. A handler that returns false leaves
 * the key to the browser.
 */
export function useShortcuts(handlers: Record<string, () => unknown>): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    // Checked in the capture phase: an overlay that Escape closes is gone when the event bubbles.
    let covered = false;
    const onKeyFirst = () => {
      covered = inOverlay();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (inField(event.target) || covered) return;
      const handler = current.current[event.key];
      if (handler && handler() !== false) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyFirst, true);
    document.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKeyFirst, true);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
}
