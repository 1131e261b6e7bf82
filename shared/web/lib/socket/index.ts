/** A WebSocket that comes back: a ticket per attempt, pings before the gateway idles out, back-off with jitter. */
export * from "./socket.ts";
