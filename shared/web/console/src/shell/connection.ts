import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { meQuery } from "../api/queries.ts";
import { reach } from "../core/reach.ts";
import { useLive } from "../live/LiveProvider.tsx";

/** `paused`: requests are answered, but the socket is closed. `back`: shown for a while after a failure. */
type Trouble = "offline" | "away" | "paused" | "slow";
export type Connection = Trouble | "back" | "ok";

/** Milliseconds before a failure is shown: most are over by then. */
const PATIENCE = 1_500;
const BACK_SHOWN_FOR = 3_000;
/** Milliseconds between requests that find out whether the server answers again. */
const PROBE_EVERY = 5_000;

const network = {
  subscribe(listener: () => void): () => void {
    window.addEventListener("online", listener);
    window.addEventListener("offline", listener);
    return () => {
      window.removeEventListener("online", listener);
      window.removeEventListener("offline", listener);
    };
  },
  offline: (): boolean => !navigator.onLine,
};

/** What the user is told of the connection, and when the next attempt is, in milliseconds since 1970. */
export function useConnection(): { shown: Connection; retryAt: number | null; retry: () => void } {
  const { state, retryAt, retry } = useLive();
  const offline = useSyncExternalStore(network.subscribe, network.offline);
  const reached = useSyncExternalStore(reach.subscribe, reach.state);
  const trouble: Trouble | undefined = offline
    ? "offline"
    : reached === "away"
      ? "away"
      : state !== "online"
        ? "paused"
        : reached === "slow"
          ? "slow"
          : undefined;
  const shown = useShown(trouble);
  const probe = useProbe(trouble === "away" && state === "online");
  return {
    shown,
    retryAt: shown === "offline" || shown === "slow" ? null : (probe.nextAt ?? retryAt),
    retry: () => {
      probe.now();
      retry();
    },
  };
}

function useShown(trouble: Trouble | undefined): Connection {
  const [shown, setShown] = useState<Connection>("ok");
  useEffect(() => {
    const lasting = shown === "offline" || shown === "away" || shown === "paused";
    if (trouble === shown || (!trouble && shown === "ok")) return;
    if (!trouble && shown === "back") {
      const timer = setTimeout(() => setShown("ok"), BACK_SHOWN_FOR);
      return () => clearTimeout(timer);
    }
    if (!trouble) {
      setShown(lasting ? "back" : "ok");
      return;
    }
    // From one failure to another, and what was waited for already, at once.
    const timer = setTimeout(
      () => setShown(trouble),
      lasting || trouble === "offline" || trouble === "slow" ? 0 : PATIENCE,
    );
    return () => clearTimeout(timer);
  }, [trouble, shown]);
  return shown;
}

/** Asks the server again and again while only its answers are missing: an open socket does not. */
function useProbe(on: boolean): { nextAt: number | null; now: () => void } {
  const client = useQueryClient();
  const [nextAt, setNextAt] = useState<number | null>(null);
  const ask = useCallback(() => {
    client.fetchQuery({ ...meQuery, staleTime: 0, retry: false }).catch(() => {});
  }, [client]);
  useEffect(() => {
    if (!on) return;
    const plan = () => setNextAt(Date.now() + PROBE_EVERY);
    plan();
    const timer = setInterval(() => {
      ask();
      plan();
    }, PROBE_EVERY);
    return () => {
      clearInterval(timer);
      setNextAt(null);
    };
  }, [on, ask]);
  return { nextAt, now: on ? ask : () => {} };
}
