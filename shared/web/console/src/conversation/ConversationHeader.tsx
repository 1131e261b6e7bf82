import { ActionIcon, Button } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import {
  IconArrowBackUp,
  IconArrowLeft,
  IconCheck,
  IconDotsVertical,
  IconLayoutSidebarRight,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../api/me.ts";
import { channelsQuery, operatorsQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { channelOf } from "../channels/index.ts";
import { useViewers } from "../live/ephemeral.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { useCommands } from "../ui/commands.ts";
import { contactName } from "../ui/contactName.ts";
import { useOverlay } from "../ui/overlay.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { statusKeys } from "../ui/status.ts";
import { AssignPicker } from "./AssignPicker.tsx";
import { useConversationAction } from "./actions.ts";
import classes from "./conversation.module.css";
import { useResolve } from "./useResolve.tsx";

export function ConversationHeader(props: {
  conversation: Conversation;
  detailsOpen: boolean;
  onDetails: () => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const { conversation } = props;
  const { contact, channel, status } = conversation;
  const me = useMe();
  const may = useMay();
  const channels = useQuery({ ...channelsQuery, enabled: may("channel.read") }).data;
  const channelName = channels?.find(({ id }) => id === channel.id)?.name ?? channelOf(channel.type).name;
  const action = useConversationAction(conversation.id);
  // A button that is disabled while it is loading loses the focus.
  const reopen = () => {
    if (!action.isPending) action.mutate({ verb: "reopen", body: {} });
  };
  const resolving = useResolve(conversation.id);
  const resolve = () => {
    if (!resolving.isPending) resolving.resolve();
  };
  const client = useQueryClient();
  useCommands(async () => {
    const operators = client.getQueryData(operatorsQuery.queryKey) ?? [];
    return (await import("./commands.ts")).commandsOf(conversation, me.operator.id, may, operators, t, {
      resolve,
      act: (verb) => {
        // An open conversation is marked as read.
        if (verb === "unread") props.onBack();
        action.mutate({ verb, body: {} });
      },
      assign: (operatorId) => action.mutate({ verb: "assign", body: { operatorId } }),
    });
  });
  const menu = useOverlay("menu", async () => (await import("./ConversationMenu.tsx")).ConversationMenu);
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
            {contactName(contact.name, t)}
          </h2>
          <span className={classes.whoChannel}>
            <ChannelBadge type={channel.type} size={14} />
            <bdi>{channelName}</bdi>
          </span>
        </span>
      </button>
      <Viewers conversationId={conversation.id} />
      <span className={classes.state}>
        {status !== "open" && (
          <span className={classes.status} data-status={status}>
            {t(statusKeys[status])}
          </span>
        )}
        <AssignPicker conversation={conversation} />
      </span>
      {resolved ? (
        <Button
          size="sm"
          variant="default"
          className={classes.main}
          leftSection={<IconArrowBackUp size={16} />}
          disabled={!mayResolve}
          onClick={reopen}
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
          onClick={resolve}
          aria-label={t("conversation.resolve")}
        >
          <span className={classes.mainLabel}>{t("conversation.resolve")}</span>
        </Button>
      )}
      <ActionIcon
        size="lg"
        className={classes.detailsButton}
        aria-label={t("conversation.details")}
        data-hint={t("conversation.details")}
        aria-pressed={props.detailsOpen}
        onClick={props.onDetails}
      >
        <IconLayoutSidebarRight size={19} />
      </ActionIcon>
      <ActionIcon {...menu.button} size="lg" aria-label={t("conversation.more")} data-hint={t("conversation.more")}>
        <IconDotsVertical size={19} />
      </ActionIcon>
      {menu.overlay({ conversation, onLeave: props.onBack })}
    </header>
  );
}

function Viewers({ conversationId }: { conversationId: string }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { live } = useLive();
  const operators = useQuery(operatorsQuery).data ?? [];
  const others = useViewers(live.ephemeral, conversationId)
    .filter((id) => id !== me.operator.id)
    .flatMap((id) => operators.find((operator) => operator.id === id) ?? []);
  if (others.length === 0) return null;
  const names = new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(others.map(({ name }) => name));
  const label = t("conversation.viewing", { names });
  return (
    <span className={classes.viewers} role="img" aria-label={label} data-hint={label}>
      {others.slice(0, 3).map(({ id, name }) => (
        <PersonAvatar key={id} id={id} name={name} size={24} />
      ))}
    </span>
  );
}
