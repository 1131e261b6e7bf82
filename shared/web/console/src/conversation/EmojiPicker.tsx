import { ActionIcon } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useOverlay } from "../ui/overlay.tsx";

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const panel = useOverlay("dialog", async () => (await import("./EmojiPanel.tsx")).EmojiPanel);
  return (
    <>
      <ActionIcon {...panel.button} size="lg" aria-label={t("emoji.label")} data-hint={t("emoji.label")}>
        <IconMoodSmile size={20} />
      </ActionIcon>
      {panel.overlay({ onPick })}
    </>
  );
}
