/** Components shared by the forms for buttons and lists. */

import { ActionIcon, Button, Textarea, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Key } from "../../core/texts.ts";
import type { ChoicesDraft } from "../../live/outgoing.ts";
import { useFormats } from "../../ui/format.ts";
import { type ChoiceFault, type ChoiceLimits, lengthOf } from "./choices.ts";
import classes from "./compose.module.css";

export interface PartProps {
  draft: ChoicesDraft;
  limits: ChoiceLimits;
  faultOf: (key: string) => ChoiceFault | undefined;
  onChange: (changes: Partial<ChoicesDraft>) => void;
}

const faultKeys: Record<ChoiceFault, Key> = {
  missing: "field.required",
  tooLong: "composer.tooLong",
  twice: "choices.twice",
};

/** A field with a character count. Text over the limit is marked, not cut off. */
export function Counted(props: {
  label: string;
  description?: string;
  required?: boolean;
  multiline?: boolean;
  "data-autofocus"?: boolean;
  value: string;
  limit: number;
  fault: ChoiceFault | undefined;
  onText: (text: string) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const id = useId();
  const { label, value, limit, fault, multiline, onText, ...field } = props;
  const length = lengthOf(value);
  const Input = multiline ? Textarea : TextInput;
  return (
    <div className={classes.counted}>
      <Input
        {...field}
        id={id}
        label={label}
        dir="auto"
        autoComplete="off"
        value={value}
        error={fault && t(faultKeys[fault], { limit: formats.number(limit) })}
        onChange={(event) => onText(event.currentTarget.value)}
        {...(multiline && { autosize: true, minRows: 2, maxRows: 8 })}
      />
      <span className={classes.count} data-over={length > limit || undefined} aria-hidden="true">
        {formats.number(length)} / {formats.number(limit)}
      </span>
    </div>
  );
}

/** Buttons to move and remove a part. Disabled ones stay in place to keep the focus. */
export function PartTools(props: {
  name: string;
  index: number;
  count: number;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { name, index, count, onMove, onRemove } = props;
  const [first, last] = [index === 0, index === count - 1];
  return (
    <div className={classes.tools}>
      <ActionIcon
        aria-label={t("choices.up", { name })}
        aria-disabled={first}
        data-disabled={first || undefined}
        onClick={() => !first && onMove(-1)}
      >
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon
        aria-label={t("choices.down", { name })}
        aria-disabled={last}
        data-disabled={last || undefined}
        onClick={() => !last && onMove(1)}
      >
        <IconArrowDown size={16} />
      </ActionIcon>
      <ActionIcon
        aria-label={t("choices.remove", { name })}
        aria-disabled={count === 1}
        data-disabled={count === 1 || undefined}
        onClick={() => count > 1 && onRemove()}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}

export function AddPart(props: { label: string; count: number; limit: number; onAdd: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { label, count, limit, onAdd } = props;
  const full = count >= limit;
  return (
    <Button
      variant="light"
      size="xs"
      leftSection={<IconPlus size={15} />}
      className={classes.add}
      aria-disabled={full}
      data-disabled={full || undefined}
      onClick={() => !full && onAdd()}
    >
      {label} · {t("choices.of", { count: formats.number(count), limit: formats.number(limit) })}
    </Button>
  );
}
