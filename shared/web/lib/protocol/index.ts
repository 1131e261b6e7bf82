/** What browser and server send each other, and the only code that parses it. */
export * from "./codes.ts";
export * from "./frames.ts";
export * from "./list.ts";
export * from "./parse.ts";
export * from "./rest.ts";
