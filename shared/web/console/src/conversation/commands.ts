/** What can be done with an open conversation from the command palette. */
import type { Conversation, Operator, Permission } from "@recado/lib/protocol";
import {
  IconArrowBackUp,
  IconCheck,
  IconHourglass,
  IconMail,
  IconUser,
  IconUserOff,
  IconUserPlus,
} from "@tabler/icons-react";
import type { TFunction } from "i18next";
import type { Command } from "../ui/commands.ts";
import { assignable } from "./assignable.ts";

interface Handlers {
  resolve: () => void;
  act: (verb: "reopen" | "pending" | "unread") => void;
  assign: (operatorId: string | null) => void;
}

/** Only what the operator may do and what changes something now. */
export function commandsOf(
  conversation: Conversation,
  me: string,
  may: (permission: Permission) => boolean,
  operators: readonly Operator[],
  t: TFunction,
  does: Handlers,
): Command[] {
  const { status, assigneeId, lastInboundId, storeId } = conversation;
  const commands: Command[] = [];
  if (may("conversation.resolve")) {
    if (status !== "resolved") {
      commands.push({
        id: "resolve",
        label: t("conversation.resolve"),
        icon: IconCheck,
        shortcut: "e",
        run: does.resolve,
      });
    }
    if (status !== "open") {
      const label = t(status === "resolved" ? "conversation.reopen" : "conversation.toOpen");
      commands.push({ id: "reopen", label, icon: IconArrowBackUp, shortcut: "o", run: () => does.act("reopen") });
    }
    if (status !== "pending" && status !== "resolved") {
      const label = t("conversation.toPending");
      commands.push({ id: "pending", label, icon: IconHourglass, run: () => does.act("pending") });
    }
  }
  if (may("conversation.assign")) {
    const others = assignable(operators, storeId, "").filter(({ id }) => id !== assigneeId);
    if (others.some(({ id }) => id === me)) {
      commands.push({ id: "assign me", label: t("command.assignMe"), icon: IconUser, run: () => does.assign(me) });
    }
    const options = others
      .filter(({ id }) => id !== me)
      .map(
        ({ id, name }): Command => ({
          id: `assign ${id}`,
          label: t("command.assignTo", { name }),
          icon: IconUserPlus,
          run: () => does.assign(id),
        }),
      );
    if (options.length > 0) {
      commands.push({ id: "assign", label: t("command.assignOther"), icon: IconUserPlus, options });
    }
    if (assigneeId !== null) {
      commands.push({
        id: "unassign",
        label: t("conversation.unassign"),
        icon: IconUserOff,
        run: () => does.assign(null),
      });
    }
  }
  if (lastInboundId !== null) {
    commands.push({ id: "unread", label: t("conversation.markUnread"), icon: IconMail, run: () => does.act("unread") });
  }
  return commands;
}
