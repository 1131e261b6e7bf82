import "@mantine/core/styles/Tooltip.css";
import { type FloatingPosition, Tooltip } from "@mantine/core";

export function Hint({ target }: { target: HTMLElement }) {
  return (
    <Tooltip
      opened
      target={target}
      label={target.dataset.hint}
      position={(target.dataset.hintSide as FloatingPosition | undefined) ?? "top"}
      multiline
      maw={240}
      // Screen readers use the element's own name or description.
      aria-hidden="true"
    />
  );
}
