import { useEffect, useState } from "react";
import { Later } from "./later.tsx";

const loadHint = async () => (await import("./Hint.tsx")).Hint;

const PATIENCE = 350;

/** Shows the `data-hint` of the element under the pointer or with the keyboard focus. */
export function Hints() {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waitingFor: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      setTarget(null);
    };
    const leave = () => {
      hide();
      waitingFor = null;
    };
    const show = (on: EventTarget | null) => {
      const hinted = on instanceof Element ? on.closest<HTMLElement>("[data-hint]") : null;
      if (hinted === waitingFor) return;
      hide();
      waitingFor = hinted;
      if (hinted && hinted.ariaExpanded !== "true") timer = setTimeout(() => setTarget(hinted), PATIENCE);
    };
    const onPointer = (event: PointerEvent) => {
      if (event.pointerType === "mouse") show(event.target);
    };
    const onFocus = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event.target);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };
    document.addEventListener("pointerover", onPointer);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("focusout", leave);
    document.addEventListener("keydown", onKey);
    return () => {
      hide();
      document.removeEventListener("pointerover", onPointer);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("focusout", leave);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  return target?.isConnected ? <Later key={target.dataset.hint} load={loadHint} props={{ target }} /> : null;
}
