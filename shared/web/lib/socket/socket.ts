import type { FrameItem, SocketAction } from "../protocol/index.ts";

export type ConnectionState = "connecting" | "online" | "offline" | "closed";

/** Thrown by `ticket` if the session has ended. Stops reconnecting. */
export class SignedOutError extends Error {
  override name = "SignedOutError";
}

interface Timers {
  set(run: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

export interface SocketOptions<Item> {
  /** Returns a new single-use URL for each attempt. Throws SignedOutError to stop reconnecting. */
  ticket: () => Promise<string>;
  /** Parses a frame; unknown items are dropped. */
  read: (text: string) => Item[];
  onFrame: (items: Item[]) => void;
  /** `wait`: while offline, the milliseconds until the next attempt. */
  onState: (state: ConnectionState, wait?: number) => void;
  /** Pushes sent while disconnected are lost, so the caller must refetch. */
  onReconnect?: () => void;
  /** Milliseconds between pings. API Gateway closes a socket that says nothing for ten minutes. */
  pingEvery?: () => number;
  connect?: (url: string) => WebSocket;
  timers?: Timers;
  random?: () => number;
}

export const PING_EVERY = 4 * 60_000;
const PONG_WITHIN = 15_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/** Exponential back-off in ms, with jitter in the upper half, so that clients do not reconnect all at once. */
export function backOff(attempt: number, random: () => number): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt);
  return delay / 2 + (random() * delay) / 2;
}

export interface Socket<Action = SocketAction> {
  /** Sends now, or drops the action while offline: actions are only hints (viewing, typing). */
  send(action: Action): void;
  /** Reconnects at once instead of waiting for the back-off, e.g. when the network is back or the tab is visible. */
  nudge(): void;
  close(): void;
}

export function openSocket<Item = FrameItem, Action extends { action: string } = SocketAction>(
  options: SocketOptions<Item>,
): Socket<Action> {
  const timers: Timers = options.timers ?? {
    set: (run, ms) => setTimeout(run, ms),
    clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
  };
  const random = options.random ?? Math.random;
  const connect = options.connect ?? ((url) => new WebSocket(url));

  let current: WebSocket | undefined;
  let closed = false;
  let connectedBefore = false;
  let attempt = 0;
  let retry: unknown;
  let ping: unknown;
  let pong: unknown;
  let dialling = false;

  const stopTimers = () => {
    for (const handle of [retry, ping, pong]) if (handle !== undefined) timers.clear(handle);
    retry = ping = pong = undefined;
  };

  const schedulePing = () => {
    ping = timers.set(() => {
      send({ action: "ping" });
      pong = timers.set(() => current?.close(), PONG_WITHIN);
      schedulePing();
    }, options.pingEvery?.() ?? PING_EVERY);
  };

  const later = () => {
    if (closed) return;
    const wait = backOff(attempt++, random);
    options.onState("offline", wait);
    retry = timers.set(dial, wait);
  };

  const lost = (socket: WebSocket) => {
    if (socket !== current) return;
    current = undefined;
    stopTimers();
    later();
  };

  const dial = async () => {
    if (closed || dialling || current) return;
    dialling = true;
    retry = undefined;
    options.onState("connecting");
    try {
      const url = await options.ticket();
      if (closed) return;
      const socket = connect(url);
      current = socket;
      socket.onopen = () => {
        attempt = 0;
        schedulePing();
        options.onState("online");
        if (connectedBefore) options.onReconnect?.();
        connectedBefore = true;
      };
      socket.onmessage = (event) => {
        const items = options.read(String(event.data));
        if (pong !== undefined) {
          timers.clear(pong);
          pong = undefined;
        }
        if (items.length > 0) options.onFrame(items);
      };
      socket.onclose = () => lost(socket);
    } catch (error) {
      if (error instanceof SignedOutError) close();
      else later();
    } finally {
      dialling = false;
    }
  };

  const send = (action: Action | { action: "ping" }) => {
    if (current?.readyState === 1) current.send(JSON.stringify(action));
  };

  const nudge = () => {
    if (retry === undefined) return;
    timers.clear(retry);
    attempt = 0;
    void dial();
  };

  const close = () => {
    if (closed) return;
    closed = true;
    stopTimers();
    const socket = current;
    current = undefined;
    socket?.close();
    options.onState("closed");
  };

  void dial();
  return { send, nudge, close };
}
