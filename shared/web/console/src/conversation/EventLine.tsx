import { UnstyledButton } from "@mantine/core";
import type { Considered, TimelineEvent } from "@recado/lib/protocol";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { operatorsQuery } from "../api/queries.ts";
import { useFormats } from "../ui/format.ts";
import classes from "./event.module.css";
import { outcomes, reasons, sentences } from "./eventWords.ts";

// C-05
export const EventLine = memo(function EventLine({ event }: { event: TimelineEvent }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const operators = useQuery(operatorsQuery).data ?? [];
  const [open, setOpen] = useState(false);
  const panel = useId();
  const nameOf = (id: string | null | undefined): string =>
    operators.find((operator) => operator.id === id)?.name ??
    event.reason?.considered.find(({ operatorId }) => operatorId === id)?.name ??
    t("event.somebody");

  const known = sentences[event.type];
  const byPerson = event.actor.kind === "operator";
  const assignee = nameOf(event.data.assigneeId ?? event.data.previousAssigneeId);
  const himself = byPerson && event.type === "assigned" && event.data.assigneeId === event.actor.id;
  const values = { actor: event.actor.name, assignee };
  const sentence = himself
    ? t("event.tookIt", values)
    : known
      ? t(byPerson ? known.byPerson : known.byRule, values)
      : t("event.other");
  const reasonKey = event.reason ? reasons[event.reason.code] : undefined;
  const why = reasonKey ? t(reasonKey) : undefined;
  const considered = event.reason?.considered ?? [];

  return (
    <div className={classes.event} data-type={event.type}>
      <div className={classes.eventLine}>
        <span>
          <span dir="auto">{sentence}</span>
          {why && <span className={classes.why}> · {why}</span>}
          {event.data.otherConversationId && (
            <span className={classes.why}>
              {" · "}
              <Link
                to="/inbox/$conversationId"
                params={{ conversationId: event.data.otherConversationId }}
                search={(known) => known}
              >
                {t("event.seeOther")}
              </Link>
            </span>
          )}
        </span>
        <time dateTime={event.at} title={formats.full(event.at)}>
          {formats.time(event.at)}
        </time>
        {considered.length > 0 && (
          <UnstyledButton
            className={classes.whyButton}
            aria-expanded={open}
            aria-controls={panel}
            onClick={() => setOpen((shown) => !shown)}
          >
            {t("event.why")}
            <IconChevronDown size={13} data-open={open || undefined} />
          </UnstyledButton>
        )}
      </div>
      {open && (
        <ul className={classes.considered} id={panel}>
          {considered.map((one) => (
            <ConsideredLine key={one.operatorId} one={one} />
          ))}
        </ul>
      )}
    </div>
  );
});

function ConsideredLine({ one }: { one: Considered }) {
  const { t } = useTranslation();
  const key = outcomes[one.outcome];
  return (
    <li data-chosen={one.outcome === "chosen" || undefined}>
      <bdi>{one.name}</bdi>
      <span className={classes.load}>{t("conversation.load", { open: one.open, capacity: one.capacity })}</span>
      <span className={classes.outcome}>{key ? t(key) : one.outcome}</span>
    </li>
  );
}
