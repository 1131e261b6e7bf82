import { useEffect, useState } from "react";
import { Later } from "../ui/later.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";

const loadShortcutList = async () => (await import("./ShortcutList.tsx")).ShortcutList;

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
  return open ? <Later load={loadShortcutList} props={{ onClose: () => setOpen(false) }} /> : null;
}
