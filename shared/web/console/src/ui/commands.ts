/** What a screen can do now, for the command palette: each screen says it while it is shown. */
import { type ComponentType, useEffect, useRef } from "react";

export interface Command {
  /** Unique among all commands. */
  id: string;
  label: string;
  /** Where it belongs or what it is about, shown after the label and found like it. */
  detail?: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** The key that does the same without the palette. */
  shortcut?: string;
  run?: () => void;
  /** In place of `run`: shown when it is chosen. Each is found by its own label, too. */
  options?: readonly Command[];
  /** Whether it leads to another screen, which then has the focus. */
  leads?: boolean;
}

const makers = new Set<() => Promise<Command[]>>();

/** Offers commands while the calling component is mounted. They are made, and their code is loaded, when the palette opens. */
export function useCommands(make: () => Promise<Command[]>): void {
  const current = useRef(make);
  current.current = make;
  useEffect(() => {
    const maker = () => current.current();
    makers.add(maker);
    return () => void makers.delete(maker);
  }, []);
}

export const offeredCommands = async (): Promise<Command[]> =>
  (await Promise.all([...makers].map((make) => make()))).flat();

const opening = "recado:palette";

export function openPalette(): void {
  window.dispatchEvent(new Event(opening));
}

/** Calls `run` when somebody asks for the palette. */
export function onPalette(run: () => void): () => void {
  window.addEventListener(opening, run);
  return () => window.removeEventListener(opening, run);
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys of the palette, as keyboards name them. */
export const paletteKeys = [isMac ? "⌘" : "Ctrl", "K"];

/** On a Mac, Ctrl-K deletes to the end of the line. */
export const isPaletteKey = (event: KeyboardEvent): boolean =>
  event.key.toLowerCase() === "k" &&
  (isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) &&
  !event.altKey &&
  !event.shiftKey;
