/** The colour schemes to choose from. */
export const schemes = [
  { value: "light", key: "theme.light" },
  { value: "dark", key: "theme.dark" },
  { value: "auto", key: "theme.auto" },
] as const;
