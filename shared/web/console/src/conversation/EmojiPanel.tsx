import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AnchoredPopover } from "../ui/anchored.tsx";
import type { OverlayProps } from "../ui/overlay.tsx";
import classes from "./composer.module.css";
import { emojiGroups, recentEmojis, rememberEmoji } from "./emoji.ts";

// S1-25
export function EmojiPanel({ onPick, ...overlay }: OverlayProps & { onPick: (emoji: string) => void }) {
  return (
    <AnchoredPopover overlay={overlay} position="top-start">
      <EmojiGrid
        onPick={(emoji) => {
          rememberEmoji(emoji);
          overlay.onClose();
          onPick(emoji);
        }}
      />
    </AnchoredPopover>
  );
}

function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [recent] = useState(recentEmojis);
  const groups = recent.length > 0 ? [{ key: "emoji.recent" as const, emojis: recent }, ...emojiGroups] : emojiGroups;
  return (
    <div className={classes.emojis}>
      {groups.map(({ key, emojis }) => (
        <fieldset key={key} className={classes.emojiGroup}>
          <legend>{t(key)}</legend>
          {emojis.map((emoji) => (
            <button key={emoji} type="button" className={classes.emoji} onClick={() => onPick(emoji)}>
              {emoji}
            </button>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
