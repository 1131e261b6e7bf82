import { ActionIcon } from "@mantine/core";
import type { FileKind } from "@recado/lib/protocol";
import { withVisibleMarks } from "@recado/lib/text";
import { IconFile, IconPhoto, IconSticker, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Picked } from "../live/outgoing.ts";
import { useFormats } from "../ui/format.ts";
import classes from "./composer.module.css";

/** The files that are attached to the draft. */
export function ComposerFiles({ files, onRemove }: { files: readonly Picked[]; onRemove: (id: string) => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (files.length === 0) return null;
  return (
    <ul className={classes.files} aria-label={t("composer.files")}>
      {files.map(({ id, file, kind }) => (
        <li key={id} className={classes.file}>
          <FileIcon kind={kind} />
          <bdi className={classes.fileName}>{withVisibleMarks(file.name)}</bdi>
          <span className={classes.fileSize}>{formats.size(file.size)}</span>
          <ActionIcon size={24} aria-label={t("composer.removeFile", { name: file.name })} onClick={() => onRemove(id)}>
            <IconX size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function FileIcon({ kind }: { kind: FileKind }) {
  if (kind === "sticker") return <IconSticker size={16} />;
  return kind === "image" ? <IconPhoto size={16} /> : <IconFile size={16} />;
}
