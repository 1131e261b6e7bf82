import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The accent colour. Contrast of shade 7 on white is 5.7:1, of shade 4 on the dark surface 8.6:1. */
const petrol: MantineColorsTuple = [
  "#e8f6f5",
  "#d3ebe9",
  "#a5d6d3",
  "#74c0bb",
  "#4fafa9",
  "#2a9690",
  "#147a74",
  "#0b726d",
  "#065e5a",
  "#034a47",
];

/** Neutral with some blue, to match the accent. */
const dark: MantineColorsTuple = [
  "#d5dadf",
  "#b3bbc3",
  "#97a1ab",
  "#66717c",
  "#3a434c",
  "#2b333a",
  "#20272d",
  "#181d22",
  "#12161a",
  "#0c0f12",
];

const gray: MantineColorsTuple = [
  "#f7f8f9",
  "#f0f2f4",
  "#e5e9ec",
  "#d6dce0",
  "#bcc5cc",
  "#96a1aa",
  "#66727c",
  "#4b5660",
  "#333d46",
  "#1d252c",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, dark, gray },
  black: "#1d252c",
  fontFamily: 'Emoji, "Figtree Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    // The focus placeholder is not a menu item, which the menu role does not allow.
    Menu: { defaultProps: { shadow: "md", radius: "md", withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: { centered: true, radius: "lg" },
      styles: { title: { fontWeight: 650, fontSize: 17, lineHeight: 1.3 } },
    },
  },
});
