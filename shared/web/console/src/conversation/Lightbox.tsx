import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";
import classes from "./media.module.css";

export function Lightbox({ url, name, onClose }: { url: string; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal
      opened
      onClose={onClose}
      size="auto"
      withCloseButton={false}
      padding={0}
      overlayProps={{ backgroundOpacity: 0.8 }}
      classNames={{ content: classes.lightbox }}
      aria-label={name}
    >
      <CloseButton className={classes.lightboxClose} size="lg" aria-label={t("action.close")} onClick={onClose} />
      <img src={url} alt={name} className={classes.lightboxImage} />
    </Modal>
  );
}
