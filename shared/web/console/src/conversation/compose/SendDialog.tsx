import { Button } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useReturnFocus } from "../../ui/focus.ts";
import { Modal } from "../../ui/modal.ts";
import classes from "./compose.module.css";

const PHONE = "(max-width: 760px)";

/** A dialog; full screen on phones. */
export function Dialog(props: { title: string; wide?: boolean; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size={props.wide ? 780 : 480}
      fullScreen={matchMedia(PHONE).matches}
      radius={matchMedia(PHONE).matches ? 0 : undefined}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {props.children}
    </Modal>
  );
}

/** Form fields beside the preview of the message. */
export function SendForm(props: {
  preview: ReactNode;
  /** Returns false when the form is invalid; then the first invalid field gets the focus. */
  onSend: () => boolean;
  onDiscard?: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const submit = () => {
    if (props.onSend()) return;
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  return (
    <form
      ref={form}
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={classes.columns}>
        <div className={classes.fields}>{props.children}</div>
        <figure className={classes.preview}>
          <figcaption>{t("compose.preview")}</figcaption>
          {props.preview}
        </figure>
      </div>
      <div className={classes.actions}>
        {props.onDiscard && (
          <Button variant="subtle" color="gray" onClick={props.onDiscard} className={classes.discard}>
            {t("composer.discard")}
          </Button>
        )}
        <Button variant="default" onClick={props.onClose}>
          {t("action.cancel")}
        </Button>
        <Button type="submit" rightSection={<IconSend2 size={16} />}>
          {t("composer.send")}
        </Button>
      </div>
    </form>
  );
}
