/** A WebSocket that reconnects: a new ticket per attempt, pings against the gateway's idle timeout, back-off with jitter. */
export * from "./socket.ts";
