/** Links in messages, initials, and formats of times, sizes and numbers. */
export * from "./format.ts";
export * from "./initials.ts";
export * from "./links.ts";
export * from "./marks.ts";

/** One to three emojis and nothing else: shown large. */
export const emojiOnly = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;
