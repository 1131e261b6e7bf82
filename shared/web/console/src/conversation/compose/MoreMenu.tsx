import { Menu } from "@mantine/core";
import { IconAddressBook, IconListDetails, IconMapPin, IconSticker } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Key } from "../../core/texts.ts";
import { AnchoredMenu } from "../../ui/anchored.tsx";
import type { OverlayProps } from "../../ui/overlay.tsx";
import type { MoreKind } from "./kinds.ts";

const entries: Record<MoreKind, { key: Key; icon: typeof IconMapPin }> = {
  location: { key: "message.kind.location", icon: IconMapPin },
  contacts: { key: "message.kind.contacts", icon: IconAddressBook },
  interactive: { key: "choices.title", icon: IconListDetails },
  sticker: { key: "message.kind.sticker", icon: IconSticker },
};

export function MoreMenu(props: OverlayProps & { kinds: readonly MoreKind[]; onPick: (kind: MoreKind) => void }) {
  const { t } = useTranslation();
  const { kinds, onPick, ...overlay } = props;
  return (
    <AnchoredMenu overlay={overlay} position="top-start">
      {kinds.map((kind) => {
        const { key, icon: Icon } = entries[kind];
        return (
          <Menu.Item key={kind} leftSection={<Icon size={17} />} onClick={() => onPick(kind)}>
            {t(key)}
          </Menu.Item>
        );
      })}
    </AnchoredMenu>
  );
}
