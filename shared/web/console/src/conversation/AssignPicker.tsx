import { Button } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../api/me.ts";
import { operatorsQuery } from "../api/queries.ts";
import { useOverlay } from "../ui/overlay.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";
import classes from "./conversation.module.css";

export function AssignPicker({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const mayAssign = useMay()("conversation.assign");
  const operators = useQuery(operatorsQuery).data ?? [];
  const list = useOverlay("listbox", async () => (await import("./AssignList.tsx")).AssignList);
  useShortcuts({ a: () => (mayAssign ? void list.open() : false) });
  const assignee = operators.find(({ id }) => id === conversation.assigneeId);
  const mine = assignee?.id === me.operator.id;
  const label = mine ? t("conversation.you") : (assignee?.name ?? t("conversation.unassigned"));
  return (
    <>
      <Button
        {...list.button}
        size="sm"
        variant="default"
        className={classes.assign}
        disabled={!mayAssign}
        aria-label={t("conversation.assigneeIs", { name: label })}
        data-hint={t("conversation.assigneeIs", { name: label })}
        leftSection={assignee && <PersonAvatar id={assignee.id} name={assignee.name} size={20} />}
        rightSection={<IconChevronDown size={14} />}
      >
        <bdi className={classes.assignName}>{label}</bdi>
      </Button>
      {list.overlay({ conversation })}
    </>
  );
}
