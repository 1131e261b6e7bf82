import type { MessageStatus } from "@recado/lib/protocol";
import {
  IconAlertCircle,
  IconCheck,
  IconChecks,
  IconClock,
  IconClockPause,
  IconQuestionMark,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Key } from "../core/texts.ts";
import classes from "./message.module.css";

const marks: Record<MessageStatus, { icon: typeof IconCheck; key: Key }> = {
  received: { icon: IconCheck, key: "delivery.received" },
  queued: { icon: IconClock, key: "delivery.queued" },
  held: { icon: IconClockPause, key: "delivery.held" },
  sending: { icon: IconClock, key: "delivery.sending" },
  sent: { icon: IconCheck, key: "delivery.sent" },
  delivered: { icon: IconChecks, key: "delivery.delivered" },
  read: { icon: IconChecks, key: "delivery.read" },
  failed: { icon: IconAlertCircle, key: "delivery.failed" },
  unknown: { icon: IconQuestionMark, key: "delivery.unknown" },
};

export function Delivery({ status }: { status: MessageStatus }) {
  const { t } = useTranslation();
  const { icon: Icon, key } = marks[status];
  return (
    <span className={classes.delivery} data-status={status} role="img" aria-label={t(key)} title={t(key)}>
      <Icon size={15} stroke={2} />
    </span>
  );
}
