import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./conversation.module.css";
import { emojiGroups, recentEmojis, rememberEmoji } from "./emoji.ts";

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const recent = open ? recentEmojis() : [];
  const groups = recent.length > 0 ? [{ key: "emoji.recent" as const, emojis: recent }, ...emojiGroups] : emojiGroups;
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
        <div className={classes.emojis}>
          {groups.map(({ key, emojis }) => (
            <fieldset key={key} className={classes.emojiGroup}>
              <legend>{t(key)}</legend>
              {emojis.map((emoji) => (
                <button
                  key={emoji}
                  type="button"
                  className={classes.emoji}
                  onClick={() => {
                    rememberEmoji(emoji);
                    setOpen(false);
                    onPick(emoji);
                  }}
                >
                  {emoji}
                </button>
              ))}
            </fieldset>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
