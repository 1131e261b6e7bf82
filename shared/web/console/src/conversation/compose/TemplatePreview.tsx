import { IconFileText, IconMapPin, IconPhoto, IconVideo } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { TemplateDraft } from "../../live/outgoing.ts";
import { Place } from "../Shared.tsx";
import { TemplateWords } from "../TemplateParts.tsx";
import classes from "./compose.module.css";
import { locationOf } from "./location.ts";
import { Bubble } from "./Preview.tsx";
import { headerFile, headerLocation } from "./templates.ts";
import { useDraftWords } from "./useGaps.ts";

const mediaIcons = { image: IconPhoto, video: IconVideo, document: IconFileText } as const;

export function TemplatePreview({ draft }: { draft: TemplateDraft }) {
  const kind = headerFile(draft.template);
  return (
    <Bubble>
      {kind && <Media kind={kind as keyof typeof mediaIcons} file={draft.file} />}
      {draft.template.header?.format === "location" && <Spot draft={draft} />}
      <TemplateWords words={useDraftWords(draft)} />
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
