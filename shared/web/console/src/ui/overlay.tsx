import { type ComponentType, type ReactNode, useCallback, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ApiError } from "../core/errors.ts";
import { useFailureNotice } from "./errors.ts";
import { fetchPart } from "./later.tsx";

export interface OverlayProps {
  id: string;
  anchor: HTMLElement;
  opened: boolean;
  onClose: () => void;
}

/**
 * A button whose menu or panel is loaded on hover, focus or click: the code that positions overlays is a tenth of the
 * console, and no screen needs it for its first paint.
 */
export function useOverlay<P extends object>(
  kind: "menu" | "dialog" | "listbox",
  load: () => Promise<ComponentType<P & OverlayProps>>,
) {
  const id = useId();
  const failed = useFailureNotice();
  const anchor = useRef<HTMLButtonElement>(null);
  const [Loaded, setLoaded] = useState<ComponentType<P & OverlayProps> | null>(null);
  const [opened, setOpened] = useState(false);
  const onClose = useCallback(() => setOpened(false), []);
  const fetchIt = async () => {
    const component = await fetchPart(load);
    // Mounted before it opens, so that it can record the focused element.
    flushSync(() => setLoaded(() => component));
  };
  const open = async () => {
    try {
      await fetchIt();
      setOpened(true);
    } catch {
      failed(new ApiError("offline"));
    }
  };
  const early = () => {
    if (!Loaded) fetchIt().catch(() => {});
  };
  return {
    open,
    button: {
      ref: anchor,
      id,
      "aria-haspopup": kind,
      "aria-expanded": opened,
      onClick: () => void (opened ? onClose() : open()),
      onPointerEnter: early,
      onFocus: early,
    },
    overlay: (own: P): ReactNode =>
      Loaded && anchor.current && <Loaded {...own} id={id} anchor={anchor.current} opened={opened} onClose={onClose} />,
  };
}
