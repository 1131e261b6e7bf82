/** Icons as SVG paths, stroked in the text colour. */
const paths = {
  alert: "M12 8v5M12 16.5v.01M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  attach: "M15 7l-6.5 6.5a1.5 1.5 0 0 0 3 3L18 10a3 3 0 0 0-6-6l-6.5 6.5a4.5 4.5 0 0 0 9 9L21 13",
  back: "M9 14l-4-4 4-4M5 10h9a5 5 0 0 1 0 10h-2",
  card: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20a7 7 0 0 1 14 0",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M3 12.5l4.5 4.5L17 7.5M11.5 15.5l1.5 1.5 9-9",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  download: "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19h14",
  file: "M14 3v5h5M7 3h7l5 5v11a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z",
  pin: "M12 21s7-6.2 7-11a7 7 0 1 0-14 0c0 4.8 7 11 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  send: "M5 12h14M13 6l6 6-6 6",
} as const;
export type IconName = keyof typeof paths;

/** With a label the icon is announced to screen readers; without one it is decorative. */
export function Icon({ name, label }: { name: IconName; label?: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" role="img" aria-label={label} aria-hidden={!label}>
      <path d={paths[name]} />
    </svg>
  );
}

interface IconButtonProps {
  name: IconName;
  /** For screen readers and as a tooltip. */
  label: string;
  class?: string;
  onClick: () => void;
}

export const IconButton = ({ name, label, class: more = "ghost", onClick }: IconButtonProps) => (
  <button type="button" class={more} title={label} aria-label={label} onClick={onClick}>
    <Icon name={name} />
  </button>
);
