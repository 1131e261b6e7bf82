/** What came back from the customer or the provider beside texts and files: form answers, a tapped option, undeliverable content. */
import type { Message } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import { previewKeys } from "../ui/preview.ts";
import message from "./message.module.css";
import classes from "./received.module.css";
import { useFirst } from "./whole.tsx";

/** The most answers of a form that are shown at first. */
const FIELDS = 20;

/** The answers of a form. Without any, the provider's document as it came. */
export function FormAnswers({ form }: { form: NonNullable<Message["form"]> }) {
  const { t } = useTranslation();
  const [fields, more] = useFirst(form.fields, FIELDS);
  return (
    <div className={classes.form}>
      <p className={message.documentSize}>{t("message.form")}</p>
      {fields.length > 0 ? (
        <dl>
          {fields.map(({ name, value }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two fields of a form may have one name
            <div key={index}>
              <dt>
                <bdi>{name}</bdi>
              </dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <pre className={classes.raw}>{form.raw}</pre>
      )}
      {more}
    </div>
  );
}

/** Why content is missing: the provider's reason, and what it sent. */
export function Missing({ type, content }: { type: Message["type"]; content: NonNullable<Message["unsupported"]> }) {
  const { t } = useTranslation();
  const { kind, code, reason, raw } = content;
  return (
    <div className={classes.missing}>
      <p className={message.placeholder}>
        {t(previewKeys[type])}
        {kind && type === "unsupported" && <bdi> ({kind})</bdi>}
      </p>
      {reason && (
        <p dir="auto">
          {reason}
          {code && ` (${code})`}
        </p>
      )}
      {raw && (
        <details>
          <summary>{t("message.raw")}</summary>
          <pre className={classes.raw}>{raw}</pre>
        </details>
      )}
    </div>
  );
}
