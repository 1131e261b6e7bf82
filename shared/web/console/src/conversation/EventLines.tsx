import { UnstyledButton } from "@mantine/core";
import type { TimelineEvent } from "@recado/lib/protocol";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { EventLine } from "./EventLine.tsx";
import classes from "./event.module.css";

/** Events with no message between them: the last one, which tells how things are now, and on demand those before it. */
export function EventLines({ events }: { events: readonly TimelineEvent[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const earlier = useId();
  const last = events.at(-1);
  if (!last) return null;
  const before = events.slice(0, -1);
  if (before.length === 0) return <EventLine event={last} />;
  return (
    <div className={classes.folded} data-open={open || undefined}>
      <UnstyledButton
        className={classes.fold}
        aria-expanded={open}
        aria-controls={earlier}
        onClick={() => setOpen((shown) => !shown)}
      >
        {open ? t("event.less") : t("event.more", { count: before.length })}
      </UnstyledButton>
      <div id={earlier} hidden={!open}>
        {open && before.map((event) => <EventLine key={event.id} event={event} />)}
      </div>
      <EventLine event={last} />
    </div>
  );
}
