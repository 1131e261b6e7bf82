/** How far an account is with what a new one does first. */
import type { Counts } from "@recado/lib/protocol";
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useMay, useMe } from "../api/me.ts";
import { channelsQuery, countsQuery, operatorsQuery } from "../api/queries.ts";

export interface Progress {
  connected: boolean;
  /** The first message has come: there is a conversation. */
  tried: boolean;
  /** Somebody else can answer. */
  invited: boolean;
}

const conversations = ({ all }: Counts): number =>
  all.open.value + all.pending.value + all.snoozed.value + all.resolved.value;

/** Null for those who do not set up an account, and until it is known. */
export function useProgress(): Progress | null {
  const may = useMay();
  const enabled = may("channel.manage") && may("operator.manage");
  const counts = useQuery({ ...countsQuery, enabled }).data;
  const channels = useQuery({ ...channelsQuery, enabled }).data;
  const operators = useQuery({ ...operatorsQuery, enabled }).data;
  if (!enabled || !counts || !channels || !operators) return null;
  return {
    connected: channels.length > 0,
    tried: conversations(counts) > 0,
    invited: operators.filter(({ active }) => active).length > 1,
  };
}

export const finished = ({ connected, tried, invited }: Progress): boolean => connected && tried && invited;

const listeners = new Set<() => void>();
const keyOf = (operatorId: string) => `recado.start.hidden.${operatorId}`;

/** Whether the operator put the checklist away in this browser. The server does not know. */
export function useHidden(): readonly [boolean, () => void] {
  const key = keyOf(useMe().operator.id);
  const hidden = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => localStorage.getItem(key) !== null,
  );
  const hide = () => {
    localStorage.setItem(key, "true");
    for (const listener of listeners) listener();
  };
  return [hidden, hide];
}

/** Whether the inbox shows the checklist, and whether it shows nothing else: until the first conversation there is no list. */
export function useFirstRun(): { shown: boolean; alone: boolean } {
  const progress = useProgress();
  const [hidden] = useHidden();
  const shown = progress !== null && !hidden && !finished(progress);
  return { shown, alone: shown && !progress.tried };
}
