/** Shared by the forms that make a message. */

import type { Capabilities, Conversation } from "@recado/lib/protocol";
import { useEffect, useState } from "react";
import { useMe } from "../../api/me.ts";
import { onDraftsChanged, readForm, writeForm } from "../../live/drafts.ts";
import type { FormDrafts, FormKind, Outgoing } from "../../live/outgoing.ts";

export type Made = Pick<
  Outgoing,
  "type" | "text" | "file" | "draft" | "location" | "cards" | "interactive" | "template"
>;

export interface FormProps {
  conversation: Conversation;
  able: Capabilities;
  onClose: () => void;
  onSend: (made: Made) => void;
}

/** The conversation's stored draft of a form, or an empty one. */
export function useFormDraft<K extends FormKind>(conversationId: string, kind: K, empty: () => FormDrafts[K]) {
  const { operator } = useMe();
  const [draft, setDraft] = useState(() => readForm(operator.id, conversationId, kind) ?? empty());
  useEffect(
    () => onDraftsChanged(() => setDraft((known) => readForm(operator.id, conversationId, kind) ?? known)),
    [operator.id, conversationId, kind],
  );
  const change = (next: FormDrafts[K]) => {
    setDraft(next);
    writeForm(operator.id, conversationId, kind, next);
  };
  const forget = () => writeForm(operator.id, conversationId, kind, undefined);
  return [draft, change, forget] as const;
}
