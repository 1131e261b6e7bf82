import { Group, TextInput } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { type ClipboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LocationDraft } from "../../live/outgoing.ts";
import { onMap, Place } from "../Shared.tsx";
import classes from "./compose.module.css";
import { type FormProps, useFormDraft } from "./form.ts";
import { emptyLocation, locationOf, pasted } from "./location.ts";
import { Bubble } from "./Preview.tsx";
import { Dialog, SendForm } from "./SendDialog.tsx";

export function LocationForm({ conversation, onClose, onSend }: FormProps) {
  const { t } = useTranslation();
  const [draft, change, forget] = useFormDraft(conversation.id, "location", () => emptyLocation);
  const [source, setSource] = useState("");
  const [tried, setTried] = useState(false);
  const made = locationOf(draft);
  const found = pasted(source);
  const fault = (field: "latitude" | "longitude") =>
    tried && "faults" in made && made.faults.includes(field) ? t(faultKeys[field]) : undefined;
  const set = (changes: Partial<LocationDraft>) => change({ ...draft, ...changes });

  /** Pasted coordinates or a map link fill both fields. */
  const take = (text: string): boolean => {
    const point = pasted(text);
    if (!point || point === "shortLink") return false;
    set({ latitude: String(point.latitude), longitude: String(point.longitude) });
    return true;
  };
  const onPaste = (event: ClipboardEvent) => {
    if (take(event.clipboardData.getData("text"))) event.preventDefault();
  };
  const send = () => {
    setTried(true);
    if (!("location" in made)) return false;
    forget();
    onSend({ type: "location", text: "", location: made.location, draft: { kind: "location", value: draft } });
    return true;
  };
  const sourceFault = () => {
    if (source.trim() === "" || (found && found !== "shortLink")) return undefined;
    return found === "shortLink" ? t("location.shortLink") : t("location.notFound");
  };

  return (
    <Dialog wide title={t("location.title")} onClose={onClose}>
      <SendForm
        onSend={send}
        onClose={onClose}
        onDiscard={() => {
          forget();
          onClose();
        }}
        preview={
          <Bubble>
            {"location" in made ? (
              <Place location={made.location} />
            ) : (
              <p className={classes.empty}>{t("location.previewEmpty")}</p>
            )}
          </Bubble>
        }
      >
        <TextInput
          label={t("location.source")}
          description={t("location.sourceHint")}
          data-autofocus
          value={source}
          error={sourceFault()}
          onChange={(event) => {
            setSource(event.currentTarget.value);
            take(event.currentTarget.value);
          }}
        />
        <Group grow align="flex-start" gap="sm">
          <TextInput
            label={t("location.latitude")}
            placeholder="-34.6037"
            inputMode="text"
            required
            value={draft.latitude}
            error={fault("latitude")}
            onPaste={onPaste}
            onChange={(event) => set({ latitude: event.currentTarget.value })}
          />
          <TextInput
            label={t("location.longitude")}
            placeholder="-58.3816"
            inputMode="text"
            required
            value={draft.longitude}
            error={fault("longitude")}
            onPaste={onPaste}
            onChange={(event) => set({ longitude: event.currentTarget.value })}
          />
        </Group>
        {"location" in made && (
          <a
            className={classes.link}
            href={onMap(made.location.latitude, made.location.longitude)}
            target="_blank"
            rel="noopener noreferrer"
          >
            {t("location.check")}
            <IconExternalLink size={15} aria-hidden="true" />
          </a>
        )}
        <TextInput
          label={t("location.name")}
          description={t("field.optional")}
          dir="auto"
          maxLength={1000}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label={t("location.address")}
          description={t("field.optional")}
          dir="auto"
          maxLength={1000}
          value={draft.address}
          onChange={(event) => set({ address: event.currentTarget.value })}
        />
      </SendForm>
    </Dialog>
  );
}

const faultKeys = { latitude: "location.latitudeInvalid", longitude: "location.longitudeInvalid" } as const;
