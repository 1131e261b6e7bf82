import { Button } from "@mantine/core";
import { hideNotification, notifications } from "@mantine/notifications";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { readDraft, readFiles } from "../live/drafts.ts";
import { nextAfter } from "../live/listed.ts";
import { useConversationAction } from "./actions.ts";
import classes from "./resolve.module.css";

/**
 * Resolves a conversation and goes on to the next one of the list. A notice says so, and that a draft is kept; it offers to undo, which
 * reopens the conversation and returns to it.
 */
export function useResolve(id: string) {
  const { t } = useTranslation();
  const me = useMe().operator.id;
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/inbox" });
  const action = useConversationAction(id);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const open = (conversationId: string) =>
    navigate({ to: "/inbox/$conversationId", params: { conversationId }, search });

  const undo = async () => {
    hideNotification(`resolved-${id}`);
    try {
      await action.mutateAsync({ verb: "reopen", body: {} });
      await open(id);
    } catch {
      // The action has said why.
    }
  };
  const resolve = async () => {
    const next = nextAfter(id);
    const draft = readDraft(me, id).trim() !== "" || readFiles(me, id).length > 0;
    try {
      await action.mutateAsync({ verb: "resolve", body: {} });
    } catch {
      return; // The action has said why.
    }
    notifications.show({
      id: `resolved-${id}`,
      message: (
        <span className={classes.resolved}>
          <span>{t(draft ? "conversation.resolvedWithDraft" : "conversation.resolved")}</span>
          <Button size="compact-sm" variant="subtle" onClick={() => void undo()}>
            {t("conversation.undo")}
          </Button>
        </span>
      ),
    });
    if (here.current && next) await open(next.id);
  };
  return { resolve: () => void resolve(), isPending: action.isPending };
}
