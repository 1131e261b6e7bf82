import type { Message } from "@recado/lib/protocol";
import { isBlank, withVisibleOverrides } from "@recado/lib/text";
import { useTranslation } from "react-i18next";
import { contactName } from "../ui/contactName.ts";
import { previewKeys } from "../ui/preview.ts";
import classes from "./message.module.css";

/** The quoted message, in up to three lines. It may not be loaded, or not exist here. */
export function Quote({ message }: { message: Message | undefined }) {
  const { t } = useTranslation();
  const words =
    message &&
    (message.revokedAt
      ? t("message.revoked")
      : isBlank(message.text)
        ? t(previewKeys[message.type])
        : withVisibleOverrides(message.text));
  return (
    <blockquote className={classes.quote}>
      {message?.author.name && <bdi className={classes.quoteAuthor}>{contactName(message.author.name, t)}</bdi>}
      <span dir="auto">{words ?? t("message.earlier")}</span>
    </blockquote>
  );
}
