/** What crosses the wire between browser and server, in both directions, and the only code that parses it. */
export * from "./codes.ts";
export * from "./frames.ts";
export * from "./parse.ts";
export * from "./rest.ts";
