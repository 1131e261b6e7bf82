import { ActionIcon, Loader, Popover, Tooltip } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

const EmojiGrid = lazy(async () => ({ default: (await import("./EmojiGrid.tsx")).EmojiGrid }));

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={t("emoji.label")} disabled={open}>
          <ActionIcon size="lg" aria-label={t("emoji.label")} onClick={() => setOpen((shown) => !shown)}>
            <IconMoodSmile size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t("emoji.label")}>
        <Suspense fallback={<Loader size="xs" />}>
          <EmojiGrid
            onPick={(emoji) => {
              setOpen(false);
              onPick(emoji);
            }}
          />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
