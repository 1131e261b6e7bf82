/** Actions on a conversation. Each response is the conversation and is applied like a socket frame. */
import { message as messageShape, conversation as shape } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/client.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { codeOf, useFailureNotice } from "../ui/errors.ts";
import { assignReasons, messageReasons } from "./reasons.ts";

export type Action =
  | { verb: "assign"; body: { operatorId: string | null } }
  | { verb: "resolve" | "reopen" | "pending" | "unread"; body: Record<string, never> }
  | { verb: "read"; body: { readUpTo: string } };

export function useConversationAction(id: string) {
  const { live } = useLive();
  const client = useQueryClient();
  const failed = useFailureNotice({ conflict: "conversation.changedMeanwhile" }, assignReasons);
  const notReopened = useFailureNotice({ conflict: "conversation.otherOpen" });
  return useMutation({
    mutationKey: ["act", id],
    mutationFn: ({ verb, body }: Action) =>
      send("POST", `/conversations/${encodeURIComponent(id)}/${verb}`, body, shape),
    onMutate: ({ verb }) => {
      if (verb === "unread") live.readMarks.drop(id);
    },
    onSuccess: (next, { verb }) => {
      live.answered(next);
      // Its line in the timeline comes as a frame, which a conversation that was opened just now may miss.
      if (verb !== "read" && verb !== "unread") void client.invalidateQueries({ queryKey: ["events", id] });
    },
    onError: (error, { verb }) => {
      // It is told again, so a failure is not shown.
      if (verb === "read") return;
      if (codeOf(error) === "conflict") void client.invalidateQueries({ queryKey: ["conversation", id] });
      (verb === "reopen" ? notReopened : failed)(error);
    },
  });
}

export function useRetryMessage(conversationId: string, channel: string) {
  const { live } = useLive();
  const client = useQueryClient();
  const failed = useFailureNotice({}, messageReasons, { channel });
  return useMutation({
    mutationFn: (messageId: string) =>
      send(
        "POST",
        `/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(messageId)}/retry`,
        {},
        messageShape,
      ),
    onSuccess: (next) => live.message(next),
    onError: (error) => {
      // The server knows more of the window and of the message than this page.
      if (codeOf(error) === "conflict") {
        void client.invalidateQueries({ queryKey: ["conversation", conversationId] });
        void client.invalidateQueries({ queryKey: ["messages", conversationId] });
      }
      failed(error);
    },
  });
}
