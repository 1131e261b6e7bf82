/** A form on a record that somebody else changed meanwhile. */
import { Button } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../core/errors.ts";
import classes from "./stale.module.css";

/** Whether a save was refused because the record has another version by now. */
export const isStale = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "conflict" && error.reason === "version_changed";

type Side = "theirs" | "yours";

interface Meeting<V> {
  theirs: V;
  yours: V;
  names: (keyof V & string)[];
}

/** The fields that somebody else changed since `base` to something else than what stands in the form. */
export function changedByOthers<V extends object>(base: V, theirs: V, yours: V): (keyof V & string)[] {
  const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  const names = Object.keys(theirs) as (keyof V & string)[];
  return names.filter((name) => differ(theirs[name], base[name]) && differ(theirs[name], yours[name]));
}

/**
 * Keeps the record that a form was filled from: a refetch in the background must not make its version that of values which this person has
 * never seen. After a conflict, `meet` takes the record as it is now: a field that only the other person changed gets their value, and
 * `panel` shows both values of each field that they changed.
 */
export function useStale<R, V extends Record<string, unknown>>(
  record: R,
  form: Pick<UseFormReturnType<V>, "getValues" | "setFieldValue">,
  valuesOf: (record: R) => V,
  fields: { [K in keyof V & string]?: { label: string; show?: (value: V[K]) => string } },
): { base: R; meet: (now: R) => void; settle: (now: R) => void; panel: ReactNode } {
  const [base, setBase] = useState(record);
  const [meeting, setMeeting] = useState<Meeting<V> | null>(null);
  const set = (name: keyof V & string, from: V) => form.setFieldValue(name, from[name] as never);
  const meet = (now: R) => {
    const [known, theirs, yours] = [valuesOf(base), valuesOf(now), form.getValues()];
    const names = changedByOthers(known, theirs, yours).filter((name) => fields[name]);
    for (const name of names) {
      if (JSON.stringify(yours[name]) === JSON.stringify(known[name])) set(name, theirs);
    }
    setMeeting({ theirs, yours, names });
    setBase(now);
  };
  const settle = (now: R) => {
    setMeeting(null);
    setBase(now);
  };
  const values = form.getValues();
  const show = (name: keyof V & string, from: V): string => {
    const value = from[name];
    return fields[name]?.show?.(value as never) ?? String(value ?? "");
  };
  const panel = meeting && (
    <StalePanel
      rows={meeting.names.map((name) => ({
        name,
        label: fields[name]?.label ?? name,
        theirs: show(name, meeting.theirs),
        yours: show(name, meeting.yours),
        chosen: (["theirs", "yours"] as const).find(
          (side) => JSON.stringify(values[name]) === JSON.stringify(meeting[side][name]),
        ),
      }))}
      onChoose={(names, side) => {
        for (const name of names) set(name, meeting[side]);
      }}
    />
  );
  return { base, meet, settle, panel };
}

interface Row<N extends string> {
  name: N;
  label: string;
  theirs: string;
  yours: string;
  chosen: Side | undefined;
}

function StalePanel<N extends string>({
  rows,
  onChoose,
}: {
  rows: readonly Row<N>[];
  onChoose: (names: N[], side: Side) => void;
}) {
  const { t } = useTranslation();
  const all = rows.map(({ name }) => name);
  return (
    <section className={classes.panel} role="alert">
      <p className={classes.title}>{t(rows.length > 0 ? "stale.title" : "stale.elsewhere")}</p>
      {rows.map((row) => (
        <Choice key={row.name} row={row} onChoose={(side) => onChoose([row.name], side)} />
      ))}
      {rows.length > 1 && (
        <div className={classes.all}>
          <Button size="compact-sm" variant="default" onClick={() => onChoose(all, "theirs")}>
            {t("stale.allTheirs")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => onChoose(all, "yours")}>
            {t("stale.allYours")}
          </Button>
        </div>
      )}
    </section>
  );
}

const sideKeys = { theirs: "stale.theirs", yours: "stale.yours" } as const;

function Choice({ row, onChoose }: { row: Row<string>; onChoose: (side: Side) => void }) {
  const { t } = useTranslation();
  const group = useId();
  return (
    <fieldset className={classes.field}>
      <legend>{row.label}</legend>
      <div className={classes.sides}>
        {(["theirs", "yours"] as const).map((side) => (
          <label key={side} className={classes.side} data-chosen={row.chosen === side || undefined}>
            <input type="radio" name={group} checked={row.chosen === side} onChange={() => onChoose(side)} />
            <span className={classes.lines}>
              <span className={classes.whose}>{t(sideKeys[side])}</span>
              <span className={classes.value} dir="auto">
                {row[side] || t("stale.empty")}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
