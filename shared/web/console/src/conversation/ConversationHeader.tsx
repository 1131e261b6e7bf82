import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import {
  IconArrowBackUp,
  IconArrowLeft,
  IconCheck,
  IconDotsVertical,
  IconHourglass,
  IconLayoutSidebarRight,
  IconMail,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { channelsQuery, operatorsQuery } from "../api/queries.ts";
import { useViewers } from "../live/ephemeral.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { useMay, useMe } from "../shell/me.ts";
import { ChannelBadge, channelNames } from "../ui/ChannelBadge.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { AssignPicker } from "./AssignPicker.tsx";
import { useConversationAction } from "./actions.ts";
import classes from "./conversation.module.css";

export function ConversationHeader(props: {
  conversation: Conversation;
  detailsOpen: boolean;
  onDetails: () => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const { conversation } = props;
  const { contact, channel, status } = conversation;
  const may = useMay();
  const channels = useQuery({ ...channelsQuery, enabled: may("channel.read") }).data;
  const channelName = channels?.find(({ id }) => id === channel.id)?.name ?? channelNames[channel.type];
  const action = useConversationAction(conversation.id);
  // A button that is disabled while it works would lose the focus.
  const act = (verb: "resolve" | "reopen" | "pending") => {
    if (!action.isPending) action.mutate({ verb, body: {} });
  };
  const resolved = status === "resolved";
  const mayResolve = may("conversation.resolve");

  return (
    <header className={classes.header}>
      <ActionIcon size="lg" className={classes.back} aria-label={t("conversation.back")} onClick={props.onBack}>
        <IconArrowLeft size={20} />
      </ActionIcon>
      <button type="button" className={classes.who} onClick={props.onDetails} aria-expanded={props.detailsOpen}>
        <PersonAvatar id={contact.id} name={contact.name} size={36} />
        <span className={classes.whoLines}>
          <h2 className={classes.whoName} dir="auto">
            {contact.name || t("contact.nameless")}
          </h2>
          <span className={classes.whoChannel}>
            <ChannelBadge type={channel.type} size={14} />
            <bdi>{channelName}</bdi>
          </span>
        </span>
      </button>
      <Viewers conversationId={conversation.id} />
      <span className={classes.spring} />
      <AssignPicker conversation={conversation} />
      {resolved ? (
        <Button
          size="sm"
          variant="default"
          className={classes.main}
          leftSection={<IconArrowBackUp size={16} />}
          disabled={!mayResolve}
          onClick={() => act("reopen")}
          aria-label={t("conversation.reopen")}
        >
          <span className={classes.mainLabel}>{t("conversation.reopen")}</span>
        </Button>
      ) : (
        <Button
          size="sm"
          className={classes.main}
          leftSection={<IconCheck size={16} />}
          disabled={!mayResolve}
          onClick={() => act("resolve")}
          aria-label={t("conversation.resolve")}
        >
          <span className={classes.mainLabel}>{t("conversation.resolve")}</span>
        </Button>
      )}
      <Tooltip label={t("conversation.details")}>
        <ActionIcon
          size="lg"
          className={classes.detailsButton}
          aria-label={t("conversation.details")}
          aria-pressed={props.detailsOpen}
          onClick={props.onDetails}
        >
          <IconLayoutSidebarRight size={19} />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size="lg" aria-label={t("conversation.more")}>
            <IconDotsVertical size={19} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {status === "pending" ? (
            <Menu.Item
              leftSection={<IconArrowBackUp size={16} />}
              disabled={!mayResolve || action.isPending}
              onClick={() => act("reopen")}
            >
              {t("conversation.toOpen")}
            </Menu.Item>
          ) : (
            <Menu.Item
              leftSection={<IconHourglass size={16} />}
              disabled={!mayResolve || resolved || action.isPending}
              onClick={() => act("pending")}
            >
              {t("conversation.toPending")}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconMail size={16} />}
            disabled={conversation.lastInboundId === null}
            onClick={() => {
              // Leaving first: an open conversation counts as being read.
              props.onBack();
              action.mutate({ verb: "unread", body: {} });
            }}
          >
            {t("conversation.markUnread")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}

function Viewers({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const { live } = useLive();
  const operators = useQuery(operatorsQuery).data ?? [];
  const others = useViewers(live.ephemeral, conversationId)
    .filter((id) => id !== me.operator.id)
    .flatMap((id) => operators.find((operator) => operator.id === id) ?? []);
  if (others.length === 0) return null;
  const names = new Intl.ListFormat(undefined, { type: "conjunction" }).format(others.map(({ name }) => name));
  return (
    <Tooltip label={t("conversation.viewing", { names })}>
      <span className={classes.viewers} role="img" aria-label={t("conversation.viewing", { names })}>
        {others.slice(0, 3).map(({ id, name }) => (
          <PersonAvatar key={id} id={id} name={name} size={24} />
        ))}
      </span>
    </Tooltip>
  );
}
