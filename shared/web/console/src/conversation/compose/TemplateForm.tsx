import { ActionIcon, Button, TextInput } from "@mantine/core";
import { accepted, checkFile } from "@recado/lib/files";
import type { Capabilities, FileKind, Template } from "@recado/lib/protocol";
import { IconAlertTriangle, IconArrowLeft, IconFile, IconUpload, IconX } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { channelOf } from "../../channels/index.ts";
import type { TemplateDraft } from "../../live/outgoing.ts";
import { categoryKeys, languageName } from "../../templates/words.ts";
import { useFormats } from "../../ui/format.ts";
import { refusalKey } from "../attachments.ts";
import classes from "./compose.module.css";
import type { Made } from "./form.ts";
import { HeaderLocation } from "./HeaderLocation.tsx";
import { SendForm } from "./SendDialog.tsx";
import { TemplatePreview } from "./TemplatePreview.tsx";
import { cleaned, type Gap, headerFile, isComplete, usageOf, wordsOf } from "./templates.ts";
import { useGaps } from "./useGaps.ts";

export function TemplateForm(props: {
  draft: TemplateDraft;
  able: Capabilities;
  /** The name of the channel. */
  channel: string;
  optedOut: boolean;
  onChange: (draft: TemplateDraft) => void;
  onBack: () => void;
  onClose: () => void;
  onSend: (made: Made) => void;
}) {
  const { t, i18n } = useTranslation();
  const { draft, able, onChange } = props;
  const { template } = draft;
  const [tried, setTried] = useState(false);
  const fileKind = headerFile(template);
  const fault = (value: string) => (tried && cleaned(value) === "" ? t("field.required") : undefined);
  const replaced = (values: string[], index: number, value: string) =>
    values.map((known, at) => (at === index ? value : known));
  const send = () => {
    setTried(true);
    if (!isComplete(draft)) return false;
    props.onSend({
      type: "template",
      text: wordsOf(draft),
      template: usageOf(draft),
      file: draft.file,
      draft: { kind: "template", value: draft },
    });
    return true;
  };
  const gaps = useGaps(template);
  const hint = ({ example }: Gap) => example && t("template.example", { example });
  const nothingToFill =
    draft.header.length + draft.body.length + Object.keys(draft.buttons).length === 0 && fileKind === null;
  return (
    <SendForm
      onSend={send}
      onClose={props.onClose}
      onDiscard={() => {
        props.onBack();
        props.onClose();
      }}
      preview={<TemplatePreview draft={draft} />}
    >
      <div className={classes.chosen}>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconArrowLeft size={15} />}
          data-autofocus={nothingToFill || undefined}
          onClick={props.onBack}
        >
          {t("template.other")}
        </Button>
        <span className={classes.quiet}>
          {languageName(template.language, i18n.language)} · {t(categoryKeys[template.category])}
        </span>
      </div>
      {props.optedOut && template.category === "marketing" && (
        <p className={classes.warning} role="note">
          <IconAlertTriangle size={18} aria-hidden="true" />
          {t("template.optedOut", { channel: props.channel })}
        </p>
      )}
      {nothingToFill && <p className={classes.quiet}>{t("template.nothingToFill")}</p>}
      {fileKind && (
        <HeaderFile
          kind={fileKind}
          able={able}
          file={draft.file}
          missing={tried && !draft.file}
          onChange={(file) => onChange({ ...draft, file })}
        />
      )}
      {template.header?.format === "location" ? (
        <HeaderLocation draft={draft} tried={tried} onChange={(header) => onChange({ ...draft, header })} />
      ) : (
        gaps.header.map((gap, index) => (
          <TextInput
            key={gap.label}
            label={gap.label}
            description={hint(gap)}
            dir="auto"
            required
            autoComplete="off"
            data-autofocus={index === 0 || undefined}
            value={draft.header[index] ?? ""}
            error={fault(draft.header[index] ?? "")}
            onChange={(event) =>
              onChange({ ...draft, header: replaced(draft.header, index, event.currentTarget.value) })
            }
          />
        ))
      )}
      {gaps.body.map((gap, index) => (
        <TextInput
          key={gap.label}
          label={gap.label}
          description={hint(gap)}
          dir="auto"
          required
          autoComplete="off"
          data-autofocus={(index === 0 && draft.header.length === 0) || undefined}
          value={draft.body[index] ?? ""}
          error={fault(draft.body[index] ?? "")}
          onChange={(event) => onChange({ ...draft, body: replaced(draft.body, index, event.currentTarget.value) })}
        />
      ))}
      {Object.entries(draft.buttons).map(([at, value]) => (
        <TextInput
          key={at}
          label={t("template.buttonGap", { button: template.buttons[Number(at)]?.text ?? at })}
          description={t(buttonHint(template, Number(at)))}
          dir="auto"
          required
          autoComplete="off"
          value={value}
          error={fault(value)}
          onChange={(event) => onChange({ ...draft, buttons: { ...draft.buttons, [at]: event.currentTarget.value } })}
        />
      ))}
    </SendForm>
  );
}

const buttonHint = ({ buttons }: Template, at: number) =>
  (({ url: "template.urlHint", copy_code: "template.codeHint" }) as const)[buttons[at]?.type as "url"] ??
  "template.payloadHint";

const fileKeys = {
  image: "template.headerImage",
  video: "template.headerVideo",
  document: "template.headerDocument",
} as const;

/** The header's file, checked against the channel's limits before the upload. */
function HeaderFile(props: {
  kind: FileKind;
  able: Capabilities;
  file: File | undefined;
  missing: boolean;
  onChange: (file: File | undefined) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const chooser = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string>();
  const { kind, able, file, missing, onChange } = props;
  const limit = able.attachments.find(({ type }) => type === kind)?.maxSize;
  const pick = (chosen: File | undefined) => {
    if (!chosen) return;
    const verdict = checkFile(chosen, able, kind);
    if ("refused" in verdict) {
      const channel = channelOf(able.channelType).name;
      setRefusal(t(refusalKey(verdict, kind), { name: chosen.name, limit: formats.size(verdict.limit), channel }));
      return;
    }
    setRefusal(undefined);
    onChange(chosen);
  };
  const label = t(fileKeys[kind as keyof typeof fileKeys]);
  const fault = refusal ?? (missing ? t("template.fileMissing") : undefined);
  return (
    <fieldset className={classes.headerFile}>
      <legend>{label}</legend>
      {file ? (
        <span className={classes.file}>
          <IconFile size={16} aria-hidden="true" />
          <bdi className={classes.fileName}>{file.name}</bdi>
          <span className={classes.quiet}>{formats.size(file.size)}</span>
          <ActionIcon
            size={24}
            aria-label={t("composer.removeFile", { name: file.name })}
            onClick={() => onChange(undefined)}
          >
            <IconX size={14} />
          </ActionIcon>
        </span>
      ) : (
        <Button
          variant="default"
          size="xs"
          data-autofocus
          leftSection={<IconUpload size={15} />}
          aria-invalid={fault ? true : undefined}
          onClick={() => chooser.current?.click()}
        >
          {t("template.chooseFile")}
        </Button>
      )}
      {limit !== undefined && (
        <span className={classes.quiet}>{t("template.upTo", { limit: formats.size(limit) })}</span>
      )}
      <input
        ref={chooser}
        type="file"
        hidden
        accept={accepted(able, kind)}
        onChange={(event) => {
          pick(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {fault && (
        <span className={classes.fault} role="alert" dir="auto">
          {fault}
        </span>
      )}
    </fieldset>
  );
}
