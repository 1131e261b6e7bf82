import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import { Group, Radio, Stack } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { capabilitiesQuery } from "../api/queries.ts";
import { channelOf } from "../channels/index.ts";
import { connectable, setupOf } from "../channels/setup.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";
import { ChannelFields } from "./ChannelFields.tsx";

/** Connects a channel, or changes one. `preferred` is the type that is chosen first. */
export function ChannelForm(props: { channel: Channel | null; preferred?: string; onClose: () => void }) {
  const { channel, preferred = "", onClose } = props;
  const { t } = useTranslation();
  useReturnFocus();
  const able = useQuery(capabilitiesQuery).data;
  const offered = connectable.filter((type) => able?.some(({ channelType }) => channelType === type));
  const [chosen, setChosen] = useState<string>();
  const first = offered.includes(preferred) ? preferred : offered[0];
  const type = channel?.type ?? chosen ?? first ?? connectable[0];
  if (type === undefined) return null;
  const { connect } = setupOf(type);
  const choiceOf = (one: string): string => {
    const choice = setupOf(one).connect?.choice;
    return choice ? t(choice) : channelOf(one).name;
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={channel || !connect ? t("channels.edit") : t(connect.title)}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Stack gap="sm">
        {!channel && offered.length > 1 && (
          <Radio.Group label={t("channels.type")} value={type} onChange={setChosen}>
            <Group gap="lg" mt={4}>
              {offered.map((one) => (
                <Radio key={one} value={one} label={choiceOf(one)} />
              ))}
            </Group>
          </Radio.Group>
        )}
        <ChannelFields key={type} type={type} channel={channel} onClose={onClose} />
      </Stack>
    </Modal>
  );
}
