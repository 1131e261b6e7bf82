/** Overlays for `useOverlay`: they open at a button that was rendered before their code was loaded. */
import "@mantine/core/styles/Popover.css";
import "@mantine/core/styles/Menu.css";
import { Menu, type MenuProps, Popover, type PopoverProps } from "@mantine/core";
import { type ReactNode, type Ref, useImperativeHandle } from "react";
import type { OverlayProps } from "./overlay.tsx";

/** A ref object for the button, which Mantine needs to position the overlay. */
export function At({ element, ref }: { element: HTMLElement; ref?: Ref<HTMLElement> }) {
  useImperativeHandle(ref, () => element, [element]);
  return null;
}

/** Overlays move along their button into the window, rather than to its other side, over the column beside it. */
export const alongButton = { flip: { crossAxis: false }, shift: true };

/** Overlays are part of the main region, so that nothing is outside of the page's landmarks. */
export const inMain = { target: "#main" };

type Place<P extends MenuProps | PopoverProps> = { overlay: OverlayProps; children: ReactNode } & Pick<
  P,
  "position" | "width"
>;

export function AnchoredMenu({ overlay, children, ...place }: Place<MenuProps>) {
  const { id, anchor, opened, onClose } = overlay;
  return (
    <Menu
      id={id}
      opened={opened}
      onChange={(open) => !open && onClose()}
      position="bottom-end"
      portalProps={inMain}
      {...place}
    >
      <Menu.Target>
        <At element={anchor} />
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}

export function AnchoredPopover({ overlay, children, ...place }: Place<PopoverProps>) {
  const { id, anchor, opened, onClose } = overlay;
  return (
    <Popover
      id={id}
      opened={opened}
      onChange={(open) => !open && onClose()}
      shadow="md"
      middlewares={alongButton}
      trapFocus
      returnFocus
      portalProps={inMain}
      {...place}
    >
      <Popover.Target>
        <At element={anchor} />
      </Popover.Target>
      <Popover.Dropdown>{children}</Popover.Dropdown>
    </Popover>
  );
}
