import "@mantine/core/styles/Kbd.css";
import { Group, Kbd, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Key } from "../core/texts.ts";
import { paletteKeys } from "../ui/commands.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";

const shortcuts: { keys: string[]; key: Key }[] = [
  { keys: ["j", "↓"], key: "shortcuts.next" },
  { keys: ["k", "↑"], key: "shortcuts.previous" },
  { keys: ["Enter"], key: "shortcuts.open" },
  { keys: ["r"], key: "shortcuts.reply" },
  { keys: ["e"], key: "shortcuts.resolve" },
  { keys: ["o"], key: "shortcuts.reopen" },
  { keys: ["a"], key: "shortcuts.assign" },
  { keys: ["/"], key: "shortcuts.search" },
  { keys: paletteKeys, key: "shell.palette" },
  { keys: ["Esc"], key: "shortcuts.back" },
  { keys: ["?"], key: "shortcuts.help" },
];

export function ShortcutList({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal opened onClose={onClose} title={t("shortcuts.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack gap="xs">
        {shortcuts.map(({ keys, key }) => (
          <Group key={key} justify="space-between" wrap="nowrap">
            <Text size="sm">{t(key)}</Text>
            <Group gap={4} wrap="nowrap">
              {keys.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
