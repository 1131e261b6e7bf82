import { Menu } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import { IconArrowBackUp, IconHourglass, IconMail } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { AnchoredMenu } from "../ui/anchored.tsx";
import type { OverlayProps } from "../ui/overlay.tsx";
import { useConversationAction } from "./actions.ts";

export function ConversationMenu(props: OverlayProps & { conversation: Conversation; onLeave: () => void }) {
  const { t } = useTranslation();
  const { conversation, onLeave, ...overlay } = props;
  const { id, status, lastInboundId } = conversation;
  const mayResolve = useMay()("conversation.resolve");
  const action = useConversationAction(id);
  return (
    <AnchoredMenu overlay={overlay}>
      {status === "pending" ? (
        <Menu.Item
          leftSection={<IconArrowBackUp size={16} />}
          disabled={!mayResolve || action.isPending}
          onClick={() => action.mutate({ verb: "reopen", body: {} })}
        >
          {t("conversation.toOpen")}
        </Menu.Item>
      ) : (
        <Menu.Item
          leftSection={<IconHourglass size={16} />}
          disabled={!mayResolve || status === "resolved" || action.isPending}
          onClick={() => action.mutate({ verb: "pending", body: {} })}
        >
          {t("conversation.toPending")}
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={<IconMail size={16} />}
        disabled={lastInboundId === null}
        onClick={() => {
          // Close it first: an open conversation is marked as read.
          onLeave();
          action.mutate({ verb: "unread", body: {} });
        }}
      >
        {t("conversation.markUnread")}
      </Menu.Item>
    </AnchoredMenu>
  );
}
