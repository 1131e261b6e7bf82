import type { ChoicesDraft } from "../../live/outgoing.ts";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import { Group, Radio } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choices } from "../Choices.tsx";
import { AddPart, Counted, type PartProps, PartTools } from "./choiceParts.tsx";
import { type ChoiceFault, choiceFaults, emptyButton, emptyChoices, interactiveOf, moved } from "./choices.ts";
import classes from "./compose.module.css";
import { type FormProps, useFormDraft } from "./form.ts";
import { ListFields } from "./ListFields.tsx";
import { Bubble, StyledText } from "./Preview.tsx";
import { Dialog, SendForm } from "./SendDialog.tsx";
import { styled } from "./styled.ts";

export function ChoicesForm({ conversation, able, onClose, onSend }: FormProps) {
  const { t } = useTranslation();
  const [draft, change, forget] = useFormDraft(conversation.id, "interactive", emptyChoices);
  const [tried, setTried] = useState(false);
  const limits = able.interactive;
  if (!limits) return null;
  const faults = choiceFaults(draft, limits);
  const set = (changes: Partial<ChoicesDraft>) => change({ ...draft, ...changes });
  const faultOf = (key: string) => shownFault(faults.get(key), tried);
  const send = () => {
    setTried(true);
    if (faults.size > 0) return false;
    forget();
    onSend({
      type: "interactive",
      text: draft.text.trim(),
      interactive: interactiveOf(draft),
      draft: { kind: "interactive", value: draft },
    });
    return true;
  };
  return (
    <Dialog wide title={t("choices.title")} onClose={onClose}>
      <SendForm
        onSend={send}
        onClose={onClose}
        onDiscard={() => {
          forget();
          onClose();
        }}
        preview={
          <Bubble>
            {draft.text.trim() ? (
              <StyledText parts={styled([{ text: draft.text.trim(), gap: false }])} />
            ) : (
              <p className={classes.empty}>{t("choices.previewEmpty")}</p>
            )}
            <Choices interactive={interactiveOf(draft)} open />
          </Bubble>
        }
      >
        <Radio.Group
          label={t("choices.kind")}
          value={draft.kind}
          onChange={(kind) => set({ kind: kind === "list" ? "list" : "buttons" })}
        >
          <Group gap="lg" mt={4}>
            <Radio value="buttons" label={t("choices.buttons")} />
            <Radio value="list" label={t("choices.list")} />
          </Group>
        </Radio.Group>
        <Counted
          multiline
          label={t("choices.body")}
          required
          data-autofocus
          value={draft.text}
          limit={limits.maxBody}
          fault={faultOf("text")}
          onText={(text) => set({ text })}
        />
        {draft.kind === "buttons" ? (
          <ButtonFields draft={draft} limits={limits} faultOf={faultOf} onChange={set} />
        ) : (
          <ListFields draft={draft} limits={limits} faultOf={faultOf} onChange={set} />
        )}
        <Counted
          label={t("choices.footer")}
          description={t("field.optional")}
          value={draft.footer}
          limit={limits.maxFooter}
          fault={faultOf("footer")}
          onText={(footer) => set({ footer })}
        />
      </SendForm>
    </Dialog>
  );
}

/** Missing values are reported on submit; values that are too long or duplicate, immediately. */
const shownFault = (fault: ChoiceFault | undefined, tried: boolean): ChoiceFault | undefined =>
  fault === "missing" && !tried ? undefined : fault;

function ButtonFields({ draft, limits, faultOf, onChange }: PartProps) {
  const { t } = useTranslation();
  const { buttons } = draft;
  return (
    <fieldset className={classes.group}>
      <legend>{t("choices.buttons")}</legend>
      {buttons.map((button, index) => (
        <div key={button.key} className={classes.part}>
          <Counted
            label={t("choices.buttonNumber", { number: index + 1 })}
            required
            value={button.title}
            limit={limits.maxButtonTitle}
            fault={faultOf(button.key)}
            onText={(title) =>
              onChange({ buttons: buttons.map((one, at) => (at === index ? { ...one, title } : one)) })
            }
          />
          <PartTools
            name={button.title.trim() || t("choices.buttonNumber", { number: index + 1 })}
            index={index}
            count={buttons.length}
            onMove={(by) => onChange({ buttons: moved(buttons, index, by) })}
            onRemove={() => onChange({ buttons: buttons.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      <AddPart
        label={t("choices.addButton")}
        count={buttons.length}
        limit={limits.maxButtons}
        onAdd={() => onChange({ buttons: [...buttons, emptyButton()] })}
      />
    </fieldset>
  );
}
