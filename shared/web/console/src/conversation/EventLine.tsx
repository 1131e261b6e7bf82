import { UnstyledButton } from "@mantine/core";
import type { Key } from "@recado/lib/i18n";
import type { Considered, TimelineEvent } from "@recado/lib/protocol";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { memo, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { operatorsQuery } from "../api/queries.ts";
import { useFormats } from "../ui/format.ts";
import classes from "./message.module.css";

/** Done by a person and done by a rule are different sentences. */
const sentences: Record<string, { byPerson: Key; byRule: Key }> = {
  opened: { byPerson: "event.opened", byRule: "event.opened" },
  reopened: { byPerson: "event.reopenedBy", byRule: "event.reopened" },
  assigned: { byPerson: "event.assignedBy", byRule: "event.assigned" },
  unassigned: { byPerson: "event.unassignedBy", byRule: "event.unassigned" },
  resolved: { byPerson: "event.resolvedBy", byRule: "event.resolved" },
  pending: { byPerson: "event.pendingBy", byRule: "event.pending" },
  closed: { byPerson: "event.closed", byRule: "event.closed" },
  message_failed: { byPerson: "event.messageFailed", byRule: "event.messageFailed" },
};

/** By hand needs no word: the sentence already names who did it. */
const reasons: Record<string, Key> = {
  fixed_manager: "reason.fixedManager",
  fewest_open: "reason.fewestOpen",
  longest_without: "reason.longestWithout",
  former_operator: "reason.formerOperator",
  nobody_eligible: "reason.nobodyEligible",
  idle: "reason.idle",
  one_month: "reason.oneMonth",
  no_longer_serves: "reason.noLongerServes",
};

const outcomes: Record<string, Key> = {
  chosen: "outcome.chosen",
  at_capacity: "outcome.atCapacity",
  away: "outcome.away",
  inactive: "outcome.inactive",
  not_granted: "outcome.notGranted",
  passed: "outcome.passed",
  busier: "outcome.busier",
  served_later: "outcome.servedLater",
};

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
