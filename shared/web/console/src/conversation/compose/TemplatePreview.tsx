import type { Template } from "@recado/lib/protocol";
import {
  IconArrowBackUp,
  IconCopy,
  IconExternalLink,
  IconFileText,
  IconMapPin,
  IconPhone,
  IconPhoto,
  IconVideo,
} from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TemplateDraft } from "../../live/outgoing.ts";
import choices from "../choices.module.css";
import { Place } from "../Shared.tsx";
import classes from "./compose.module.css";
import { locationOf } from "./location.ts";
import { Bubble, StyledText } from "./Preview.tsx";
import { filled, headerFile, headerLocation, styled } from "./templates.ts";

const icons = {
  quick_reply: IconArrowBackUp,
  url: IconExternalLink,
  phone_number: IconPhone,
  copy_code: IconCopy,
  other: IconArrowBackUp,
} satisfies Record<Template["buttons"][number]["type"], unknown>;

const mediaIcons = { image: IconPhoto, video: IconVideo, document: IconFileText } as const;

export function TemplatePreview({ draft }: { draft: TemplateDraft }) {
  const { t } = useTranslation();
  const { template } = draft;
  const kind = headerFile(template);
  return (
    <Bubble>
      {kind && <Media kind={kind as keyof typeof mediaIcons} file={draft.file} />}
      {template.header?.format === "location" && <Spot draft={draft} />}
      {template.header?.format === "text" && (
        <StyledText className={classes.heading} parts={styled(filled(template.header.text, draft.header))} />
      )}
      <StyledText parts={styled(filled(template.body.text, draft.body))} />
      {template.footer && (
        <p className={choices.footer} dir="auto">
          {template.footer}
        </p>
      )}
      {template.buttons.length > 0 && (
        <ul className={choices.choices} aria-label={t("message.choices")}>
          {template.buttons.map(({ type, text }, index) => {
            const Icon = icons[type];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: buttons have no identity but their place
              <li key={index} className={choices.choice} dir="auto">
                <Icon size={15} aria-hidden="true" />
                {text}
              </li>
            );
          })}
        </ul>
      )}
    </Bubble>
  );
}

function Spot({ draft }: { draft: TemplateDraft }) {
  const made = locationOf(headerLocation(draft));
  if ("location" in made) return <Place location={made.location} />;
  return (
    <div className={classes.mediaEmpty}>
      <IconMapPin size={30} stroke={1.4} aria-hidden="true" />
    </div>
  );
}

function Media({ kind, file }: { kind: keyof typeof mediaIcons; file: File | undefined }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file || kind === "document") return setUrl(undefined);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file, kind]);
  if (file && url && kind === "image") return <img className={classes.media} src={url} alt={file.name} />;
  if (file && url && kind === "video") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: what an operator is about to send has no captions
      <video className={classes.media} src={url} controls aria-label={file.name} />
    );
  }
  const Icon = mediaIcons[kind];
  return (
    <div className={classes.mediaEmpty}>
      <Icon size={30} stroke={1.4} aria-hidden="true" />
      {file && <bdi className={classes.fileName}>{file.name}</bdi>}
    </div>
  );
}
