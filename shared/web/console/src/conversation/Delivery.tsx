import type { Message, MessageStatus } from "@recado/lib/protocol";
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
import { useFormats } from "../ui/format.ts";
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

const steps = [
  ["sentAt", "delivery.sent"],
  ["deliveredAt", "delivery.delivered"],
  ["readAt", "delivery.read"],
  ["failedAt", "delivery.failed"],
] as const;

/** How far a message came. Its title has the times, and what the provider charges it as. */
export function Delivery({ message }: { message: Pick<Message, "status" | "delivery" | "pricing"> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { status, delivery, pricing } = message;
  const { icon: Icon, key } = marks[status];
  const lines = steps.flatMap(([step, label]) => {
    const at = delivery?.[step];
    return at ? [`${t(label)}: ${formats.full(at)}`] : [];
  });
  if (pricing)
    lines.push(t("delivery.pricing", { words: [pricing.category, pricing.type].filter(Boolean).join(", ") }));
  return (
    <span
      className={classes.delivery}
      data-status={status}
      role="img"
      aria-label={t(key)}
      title={lines.length > 0 ? lines.join("\n") : t(key)}
    >
      <Icon size={15} stroke={2} />
    </span>
  );
}
