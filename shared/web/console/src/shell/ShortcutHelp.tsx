import { lazy, Suspense, useEffect, useState } from "react";
import { useShortcuts } from "../ui/shortcuts.ts";

const ShortcutList = lazy(async () => ({ default: (await import("./ShortcutList.tsx")).ShortcutList }));

const opening = "recado:shortcut-help";

export function openShortcutHelp(): void {
  window.dispatchEvent(new Event(opening));
}

export function ShortcutHelp() {
  const [open, setOpen] = useState(false);
  useShortcuts({ "?": () => setOpen(true) });
  useEffect(() => {
    const show = () => setOpen(true);
    window.addEventListener(opening, show);
    return () => window.removeEventListener(opening, show);
  }, []);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <ShortcutList onClose={() => setOpen(false)} />
    </Suspense>
  );
}
