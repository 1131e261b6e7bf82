/** File uploads: the channel's limits and the upload itself. */
export * from "./limits.ts";
export * from "./put.ts";
