/** What people wrote and what they read beside it: links, initials, times and sizes. */
export * from "./format.ts";
export * from "./initials.ts";
export * from "./links.ts";

/** Up to three emojis and nothing else are shown large. */
export const emojiOnly = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;
