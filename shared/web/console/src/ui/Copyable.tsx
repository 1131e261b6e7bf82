import { Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { copied } from "./clipboard.ts";
import classes from "./copyable.module.css";

type Copy = "not yet" | "done" | "refused";

/** A text of ours that is pasted elsewhere, with the button that copies it. */
export function Copyable(props: { label: string; value: string; action: string; rows?: number }) {
  const { t } = useTranslation();
  const { label, value, action, rows = 1 } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const [copy, setCopy] = useState<Copy>("not yet");
  const copyIt = async () => {
    setCopy((await copied(value, field.current)) ? "done" : "refused");
  };
  return (
    <div className={classes.copyable} data-line={rows === 1 || undefined}>
      <textarea
        ref={field}
        className={classes.text}
        readOnly
        rows={rows}
        dir="ltr"
        spellCheck={false}
        aria-label={label}
        aria-describedby={hint}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        size="sm"
        variant={rows === 1 ? "default" : "filled"}
        leftSection={copy === "done" ? <IconCheck size={16} /> : <IconCopy size={16} />}
        onClick={() => void copyIt()}
      >
        {action}
      </Button>
      <span id={hint} role="status" className={classes.state} data-refused={copy === "refused" || undefined}>
        {copy === "done" && t("copy.done")}
        {copy === "refused" && t("copy.refused")}
      </span>
    </div>
  );
}
