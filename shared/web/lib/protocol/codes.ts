/** Closed lists that are needed where the shapes are not. */

export const errorCodes = [
  "invalid",
  "unauthenticated",
  "forbidden",
  "not_found",
  "conflict",
  "too_large",
  "rate_limited",
  "unavailable",
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export const languages = ["es", "pt", "en"] as const;
export type Language = (typeof languages)[number];
