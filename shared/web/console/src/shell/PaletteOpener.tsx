import { useEffect, useState } from "react";
import { withTexts } from "../core/texts.ts";
import { isPaletteKey, onPalette } from "../ui/commands.ts";
import { Later } from "../ui/later.tsx";
import { inOverlay } from "../ui/shortcuts.ts";
import { paletteTexts } from "./palette/texts/index.ts";

const loadPalette = async () => (await withTexts([paletteTexts], () => import("./palette/Palette.tsx"))).Palette;

/** Opens the command palette with its keys, wherever the focus is, or when a menu asks for it. */
export function PaletteOpener() {
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPaletteKey(event) || event.isComposing) return;
      // A browser's own search bar would open instead.
      event.preventDefault();
      if (opened) setOpened(false);
      else if (!inOverlay()) setOpened(true);
    };
    window.addEventListener("keydown", onKey);
    const stop = onPalette(() => setOpened(true));
    return () => {
      window.removeEventListener("keydown", onKey);
      stop();
    };
  }, [opened]);
  return opened ? <Later load={loadPalette} props={{ onClose: () => setOpened(false) }} /> : null;
}
