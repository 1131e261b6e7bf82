import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Key } from "@recado/lib/i18n";
import { useShortcuts } from "../ui/shortcuts.ts";

const shortcuts: { keys: string[]; key: Key }[] = [
  { keys: ["j", "↓"], key: "shortcuts.next" },
  { keys: ["k", "↑"], key: "shortcuts.previous" },
  { keys: ["Enter"], key: "shortcuts.open" },
  { keys: ["r"], key: "shortcuts.reply" },
  { keys: ["e"], key: "shortcuts.resolve" },
  { keys: ["a"], key: "shortcuts.assign" },
  { keys: ["/"], key: "shortcuts.search" },
  { keys: ["Esc"], key: "shortcuts.back" },
  { keys: ["?"], key: "shortcuts.help" },
];

const opening = "recado:shortcut-help";

export function openShortcutHelp(): void {
  window.dispatchEvent(new Event(opening));
}

export function ShortcutHelp() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useShortcuts({ "?": () => setOpen(true) });
  useEffect(() => {
    const show = () => setOpen(true);
    window.addEventListener(opening, show);
    return () => window.removeEventListener(opening, show);
  }, []);
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title={t("shortcuts.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
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
