import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../../api/me.ts";
import { contactQuery } from "../../api/queries.ts";
import { channelOf } from "../../channels/index.ts";
import { onDraftsChanged, readForm, writeForm } from "../../live/drafts.ts";
import type { TemplateDraft } from "../../live/outgoing.ts";
import type { FormProps } from "./form.ts";
import { Dialog } from "./SendDialog.tsx";
import { TemplateForm } from "./TemplateForm.tsx";
import { TemplatePicker } from "./TemplatePicker.tsx";
import { draftOf } from "./templates.ts";

// B-12
/** Choice of a template, then its parameters. A half-filled form is kept while the dialog is closed. */
export function TemplateDialog({ conversation, able, onClose, onSend }: FormProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { operator } = useMe();
  const [draft, setDraft] = useState(() => readForm(operator.id, conversation.id, "template"));
  useEffect(
    () => onDraftsChanged(() => setDraft((known) => readForm(operator.id, conversation.id, "template") ?? known)),
    [operator.id, conversation.id],
  );
  const contact = useQuery({ ...contactQuery(conversation.contact.id), enabled: may("contact.read") }).data;
  const change = (next: TemplateDraft | undefined) => {
    setDraft(next);
    writeForm(operator.id, conversation.id, "template", next);
  };
  const content = useRef<HTMLDivElement>(null);
  const step = draft?.template.id;
  const shown = useRef(step);
  // The dialog focuses its first field only when it opens, so each step does it again.
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    content.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  }, [step]);
  const optedOut = contact?.marketingOptOutAt !== undefined;
  return (
    <Dialog wide title={draft ? draft.template.name : t("template.choose")} onClose={onClose}>
      <div ref={content}>
        {draft ? (
          <TemplateForm
            key={draft.template.id}
            draft={draft}
            able={able}
            channel={channelOf(conversation.channel.type).name}
            optedOut={optedOut}
            onChange={change}
            onBack={() => change(undefined)}
            onClose={onClose}
            onSend={(made) => {
              writeForm(operator.id, conversation.id, "template", undefined);
              onSend(made);
            }}
          />
        ) : (
          <TemplatePicker
            channelId={conversation.channel.id}
            channelType={conversation.channel.type}
            optedOut={optedOut}
            onPick={(template) => change(draftOf(template))}
          />
        )}
      </div>
    </Dialog>
  );
}
