/** Files on their way out: what is taken, and how the bytes leave. */
export * from "./limits.ts";
export * from "./put.ts";
