import { Button, type ButtonProps } from "@mantine/core";
import { IconTemplate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { capabilitiesQuery, conversationQuery } from "../api/queries.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { Later } from "../ui/later.tsx";
import type { Made } from "./compose/form.ts";
import { loadTemplateDialog } from "./forms.ts";

// B-12
/** Opens the templates that may be sent outside the window. */
export function TemplateButton({ conversationId, ...look }: { conversationId: string } & ButtonProps) {
  const { t } = useTranslation();
  const { outbox } = useLive();
  const [open, setOpen] = useState(false);
  const conversation = useQuery(conversationQuery(conversationId)).data;
  const able = useQuery(capabilitiesQuery).data?.find(({ channelType }) => channelType === conversation?.channel.type);
  if (!conversation || !able) return null;
  const send = (made: Made) => {
    outbox.add({ ...made, conversationId, replyTo: null });
    setOpen(false);
  };
  return (
    <>
      <Button
        leftSection={<IconTemplate size={look.size === "sm" ? 17 : 13} />}
        {...look}
        onClick={() => setOpen(true)}
      >
        {t("template.choose")}
      </Button>
      {open && (
        <Later load={loadTemplateDialog} props={{ conversation, able, onClose: () => setOpen(false), onSend: send }} />
      )}
    </>
  );
}
