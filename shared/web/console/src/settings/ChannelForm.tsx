import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import { Group, Radio, Stack } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { capabilitiesQuery } from "../api/queries.ts";
import { channelNames } from "../ui/ChannelBadge.tsx";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";
import { WebchatForm } from "./WebchatForm.tsx";
import { WhatsappForm } from "./WhatsappForm.tsx";

/** Those that can be connected by hand. */
const kinds = ["whatsapp", "webchat"] as const;

/** Connects a channel, or changes one. */
export function ChannelForm({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const known = useQuery(capabilitiesQuery).data;
  const offered = kinds.filter((kind) => known?.some(({ channelType }) => channelType === kind));
  const [type, setType] = useState<string>(channel?.type ?? "whatsapp");
  const title = type === "webchat" ? t("channels.connectWebchat") : t("channels.connectWhatsapp");
  return (
    <Modal
      opened
      onClose={onClose}
      title={channel ? t("channels.edit") : title}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Stack gap="sm">
        {!channel && offered.length > 1 && (
          <Radio.Group label={t("channels.type")} value={type} onChange={setType}>
            <Group gap="lg" mt={4}>
              {offered.map((kind) => (
                <Radio
                  key={kind}
                  value={kind}
                  label={kind === "webchat" ? t("channels.webchat") : channelNames[kind]}
                />
              ))}
            </Group>
          </Radio.Group>
        )}
        {type === "webchat" ? (
          <WebchatForm channel={channel} onClose={onClose} />
        ) : (
          <WhatsappForm channel={channel} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}
