import type { Frame, Me, Message, SocketAction } from "@recado/lib/protocol";
import { parseFrame, socketTicket } from "@recado/lib/protocol";
import { type ConnectionState, openSocket, PING_EVERY, SignedOutError, type Socket } from "@recado/lib/socket";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { send as request } from "../api/client.ts";
import { ApiError } from "../core/errors.ts";
import { leftOut } from "../core/leftOut.ts";
import { reach } from "../core/reach.ts";
import { calling } from "./alerts.ts";
import { draftsUnkept } from "./drafts.ts";
import { Live } from "./live.ts";
import { Outbox } from "./outbox.ts";
import { sharedBy } from "./shared.ts";
import { transport } from "./transport.ts";
import { Watch } from "./watch.ts";

/** Of a tab that nobody looks at, in milliseconds: only often enough that the socket stays open, though timers of such tabs may be a minute late. */
const PING_HIDDEN_EVERY = 8 * 60_000;

const beginning = { state: "connecting", retryAt: null } as const;

interface Connection {
  live: Live;
  outbox: Outbox;
  state: ConnectionState;
  /** When the next attempt to connect begins, in milliseconds since 1970; null while none is planned. */
  retryAt: number | null;
  /** Connects and sends now instead of waiting. */
  retry: () => void;
  /** Sends an action. The viewed conversation is sent again after a reconnect and when the tab is looked at again; typing is not. */
  say: (action: SocketAction) => void;
  /** Says whether the list that is shown is that of the operator's own conversations; of others the server then tells little. */
  lists: (own: boolean) => void;
}

const LiveContext = createContext<Connection | null>(null);

export function useLive(): Connection {
  const connection = useContext(LiveContext);
  if (!connection) throw new Error("useLive outside LiveProvider");
  return connection;
}

async function ticket(): Promise<string> {
  try {
    return (await request("POST", "/socket-tickets", {}, socketTicket)).url;
  } catch (error) {
    if (error instanceof ApiError && error.code === "unauthenticated") throw new SignedOutError();
    throw error;
  }
}

export function LiveProvider(props: {
  me: Me;
  onNotice: (item: Frame<"notice">) => void;
  onCall: (message: Message) => void;
  children: ReactNode;
}) {
  const client = useQueryClient();
  const notice = useRef(props.onNotice);
  notice.current = props.onNotice;
  const call = useRef(props.onCall);
  call.current = props.onCall;
  const [{ state, retryAt }, setState] = useState<Pick<Connection, "state" | "retryAt">>(beginning);
  const myId = props.me.operator.id;
  const [kept, setKept] = useState<{ live: Live; outbox: Outbox } | null>(null);
  const socket = useRef<Socket | null>(null);
  const watching = useRef<Watch | null>(null);
  const looking = useRef<string | null>(null);
  const own = useRef(false);
  const nudging = useRef(() => {});

  useEffect(() => {
    const current = new Live(client, myId, (item) => notice.current(item));
    const outbox = new Outbox(transport, sharedBy(myId), (message) => current.message(message));
    setKept({ live: current, outbox });
    let answered = () => {};
    let heard = "";
    let confirmedBefore = false;
    const watch = new Watch(
      (action) => {
        if (!action.hidden) current.looksAt(action.conversationId);
        socket.current?.send(action);
      },
      () => document.visibilityState === "visible",
      (missed) => {
        if (missed === "lists") current.refetchLists();
        else if (confirmedBefore) current.refetchAll();
        else current.refetchPushed();
        confirmedBefore = true;
      },
    );
    watching.current = watch;
    watch.lists(own.current);
    watch.looksAt(looking.current);
    const opened = openSocket({
      ticket,
      read: (text) => {
        const { items, leftOut: bad } = parseFrame(text);
        leftOut.note(bad);
        return items;
      },
      onFrame: (items) => {
        if (items.some(({ type }) => type === "watching")) {
          answered();
          watch.heard();
        }
        current.apply(items);
        for (const message of calling(items, (id) => (current.known(id)?.assigneeId ?? myId) === myId, heard)) {
          heard = message.id;
          call.current(message);
        }
      },
      onState: (next, wait) => {
        setState({ state: next, retryAt: wait === undefined ? null : Date.now() + wait });
        answered();
        // The server answers only a visible tab.
        answered = next === "online" && document.visibilityState === "visible" ? reach.asked() : () => {};
        watch.connected(next === "online");
        if (next === "online") outbox.nudge();
      },
      pingEvery: () => (document.visibilityState === "visible" ? PING_EVERY : PING_HIDDEN_EVERY),
    });
    socket.current = opened;
    const nudge = () => {
      watch.visibilityChanged();
      if (document.visibilityState !== "visible") return;
      opened.nudge();
      outbox.nudge();
    };
    nudging.current = nudge;
    const leaving = (event: BeforeUnloadEvent) => {
      if (outbox.unkept || draftsUnkept()) event.preventDefault();
    };
    window.addEventListener("beforeunload", leaving);
    window.addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    return () => {
      window.removeEventListener("beforeunload", leaving);
      window.removeEventListener("online", nudge);
      document.removeEventListener("visibilitychange", nudge);
      watch.close();
      opened.close();
      current.close();
      outbox.close();
      answered();
    };
  }, [client, myId]);

  const say = useMemo(
    () => (action: SocketAction) => {
      if (action.action === "view") {
        looking.current = action.conversationId;
        watching.current?.looksAt(action.conversationId);
      } else socket.current?.send(action);
    },
    [],
  );

  const lists = useMemo(
    () => (only: boolean) => {
      own.current = only;
      watching.current?.lists(only);
    },
    [],
  );

  const retry = useMemo(() => () => nudging.current(), []);

  const value = useMemo(
    () => kept && { ...kept, state, retryAt, retry, say, lists },
    [kept, state, retryAt, retry, say, lists],
  );
  if (!value) return null;
  return <LiveContext value={value}>{props.children}</LiveContext>;
}
