import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { defaultView, type InboxView, parseView } from "../api/view.ts";

/** The view in the address, and a function to change it. Defaults are left out of the address. */
export function useView() {
  const search = useSearch({ from: "/shell/inbox" });
  const { conversationId } = useParams({ strict: false });
  const navigate = useNavigate();
  const view = useMemo(() => parseView(search), [search]);
  const change = (changes: Partial<InboxView>) => {
    const next: Record<string, string | undefined> = { ...view, ...changes };
    for (const [name, value] of Object.entries(defaultView)) if (next[name] === value) delete next[name];
    void navigate({ to: ".", search: next as Partial<InboxView>, replace: true });
  };
  return { view, change, openId: conversationId };
}
