import { useEffect, useRef } from "react";

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

const inOverlay = (): boolean =>
  [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]')].some((one) =>
    one.checkVisibility(),
  );

/** Single keys, only where they cannot be meant as text and no dialog is open. A handler that returns false lets go. */
export function useShortcuts(handlers: Record<string, () => unknown>): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    // Asked before anybody handles the key: what Escape closes is gone afterwards, and the key was meant for it.
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
