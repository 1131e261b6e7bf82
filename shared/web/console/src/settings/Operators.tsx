import "@mantine/core/styles/Badge.css";
import { Badge, Button, Skeleton, Stack } from "@mantine/core";
import type { Operator } from "@recado/lib/protocol";
import { IconMailPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { operatorsQuery } from "../api/queries.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { roleKeys } from "../ui/roles.ts";
import { ErrorState } from "../ui/states.tsx";
import { Invitations } from "./Invitations.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import { OperatorForm } from "./OperatorForm.tsx";
import { PageHead } from "./PageHead.tsx";
import classes from "./settings.module.css";

export function Operators() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useQuery(operatorsQuery);
  const [edited, setEdited] = useState<Operator | null>(null);
  const [inviting, setInviting] = useState(false);
  const manage = may("operator.manage");
  return (
    <>
      <PageHead title={t("settings.operators")} text={t("operators.hint")}>
        {manage && (
          <Button leftSection={<IconMailPlus size={16} />} onClick={() => setInviting(true)}>
            {t("invite.title")}
          </Button>
        )}
      </PageHead>
      {list.isPending && (
        <Stack role="status" aria-label={t("state.loading")}>
          <Skeleton height={52} />
          <Skeleton height={52} />
          <Skeleton height={52} />
        </Stack>
      )}
      {list.isError && !list.data && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
      )}
      {list.data && (
        <ul className={classes.rows}>
          {list.data.map((operator) => (
            <li key={operator.id} className={classes.row} data-inactive={!operator.active || undefined}>
              <PersonAvatar
                id={operator.id}
                name={operator.name}
                picture={operator.picture}
                size={36}
                online={operator.availability === "available"}
              />
              <span className={classes.rowLines}>
                <bdi className={classes.rowName}>{operator.name}</bdi>
                <span className={classes.rowMeta}>
                  {[t(roleKeys[operator.role]), operator.email].filter(Boolean).join(" · ")}
                </span>
              </span>
              {!operator.active && (
                <Badge color="gray" variant="light" tt="none">
                  {t("operators.inactive")}
                </Badge>
              )}
              <span className={`${classes.rowSide} ${classes.wideOnly}`}>
                {t("operators.load", { open: operator.openConversations, capacity: operator.capacity })}
              </span>
              {manage && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("operators.editOne", { name: operator.name })}
                  onClick={() => setEdited(operator)}
                >
                  {t("action.edit")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {manage && <Invitations />}
      {edited && <OperatorForm operator={edited} onClose={() => setEdited(null)} />}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  );
}
