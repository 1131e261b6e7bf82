/** Links in messages, initials, and formats of times, sizes and numbers. */
export * from "./format.ts";
export * from "./initials.ts";
export * from "./links.ts";
export * from "./marks.ts";

/** Whether a text shows nothing: only spaces, invisible characters or the fillers that Unicode counts as letters. */
export const isBlank = (text: string) => !/[^\s\p{Cc}\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]/u.test(text);

/** One to three emojis and nothing else: shown large. */
export const emojiOnly = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;
