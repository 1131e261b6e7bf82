import "@mantine/core/styles/Combobox.css";
import "@mantine/core/styles/Kbd.css";
import "@mantine/core/styles/Popover.css";
import { ActionIcon, Button, Combobox, Kbd, Loader, TextInput, useVirtualizedCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { isComposing } from "@recado/lib/input";
import { IconArrowLeft, IconChevronRight, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Command, offeredCommands } from "../../ui/commands.ts";
import { useReturnFocus } from "../../ui/focus.ts";
import { Modal } from "../../ui/modal.ts";
import type { Entry, Group } from "./entry.ts";
import { Marked } from "./Marked.tsx";
import { found } from "./match.ts";
import classes from "./palette.module.css";
import { useFound } from "./useFound.tsx";
import { usePlaces, usePreferences } from "./useOwnCommands.ts";

/** Characters from which on the server is asked: a single one would find too much, or nothing. */
const SEARCHED_LENGTH = 2;

// B-16
/** One field for everything: where to go, what to do here, and who and what to find. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const leaving = useRef<HTMLElement | null>(null);
  useReturnFocus(() => leaving.current);
  const listId = useId();
  const [text, setText] = useState("");
  const [inside, setInside] = useState<Command | null>(null);
  const [chosen, setChosen] = useState<string>();
  const [here, setHere] = useState<readonly Command[]>([]);
  useEffect(() => {
    let gone = false;
    // Without their code, and without a network, the rest is still of use.
    const take = (offered: Command[]) => !gone && setHere(offered);
    offeredCommands().then(take, () => {});
    return () => {
      gone = true;
    };
  }, []);
  const places = usePlaces();
  const preferences = usePreferences();
  const typed = text.trim();
  const [q] = useDebouncedValue(typed, 250);
  const search = useFound(inside || q.length < SEARCHED_LENGTH ? "" : q);

  const own: Group[] = inside
    ? [{ label: inside.label, entries: found(inside.options ?? [], typed) }]
    : [
        { label: t("palette.here"), entries: found(here, typed) },
        { label: t("palette.goTo"), entries: found(places, typed) },
        { label: t("palette.account"), entries: found(preferences, typed) },
      ];
  const searches = !inside && typed.length >= SEARCHED_LENGTH;
  const groups = [...own, ...(searches && q === typed ? search.groups : [])].filter(
    ({ entries }) => entries.length > 0,
  );
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.max(
    0,
    entries.findIndex(({ id }) => id === chosen),
  );
  const idOf = (index: number) => (entries[index] ? `${listId}-${index}` : null);

  const type = (next: string) => {
    setText(next);
    setChosen(undefined);
  };
  const enter = (command: Command | null) => {
    setInside(command);
    type("");
  };
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    if (entry.options) return enter(entry);
    if (entry.leads) leaving.current = document.getElementById("main");
    onClose();
    entry.run?.();
  };
  const combobox = useVirtualizedCombobox({
    opened: true,
    onOpenedChange: (open) => !open && onClose(),
    totalOptionsCount: entries.length,
    getOptionId: idOf,
    selectedOptionIndex: entries.length > 0 ? at : -1,
    setSelectedOptionIndex: (index) => setChosen(entries[index]?.id),
    onSelectedOptionSubmit: (index) => choose(entries[index]),
  });
  const current = idOf(at);
  useEffect(() => {
    if (current) document.getElementById(current)?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Backspace" || text !== "" || !inside || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    enter(null);
  };
  const waiting = searches && (q !== typed || search.isPending);
  let index = 0;
  return (
    <Modal.Root opened onClose={onClose} size={600} yOffset="12dvh" padding={0}>
      <Modal.Overlay />
      <Modal.Content aria-label={t("shell.palette")} className={classes.content}>
        <Modal.Body>
          <Combobox store={combobox}>
            <Combobox.EventsTarget
              withExpandedAttribute
              aria-expanded
              aria-controls={listId}
              aria-activedescendant={current ?? undefined}
            >
              <TextInput
                data-autofocus
                variant="unstyled"
                size="lg"
                dir="auto"
                className={classes.field}
                aria-label={inside?.label ?? t("palette.placeholder")}
                placeholder={inside?.label ?? t("palette.placeholder")}
                leftSection={
                  inside ? (
                    <ActionIcon aria-label={t("palette.back")} onClick={() => enter(null)}>
                      <IconArrowLeft size={18} />
                    </ActionIcon>
                  ) : (
                    <IconSearch size={18} />
                  )
                }
                rightSection={waiting ? <Loader size="xs" aria-hidden="true" /> : null}
                value={text}
                maxLength={200}
                onChange={(event) => type(event.currentTarget.value)}
                onKeyDown={onKeyDown}
              />
            </Combobox.EventsTarget>
            <div className={classes.scroll}>
              <Combobox.Options id={listId} aria-label={t("palette.results")}>
                {groups.map(({ label, entries: rows }) => (
                  <Combobox.Group key={label} label={label} classNames={{ groupLabel: classes.group }}>
                    {rows.map((entry) => {
                      const mine = index++;
                      return (
                        <Combobox.Option
                          key={entry.id}
                          id={`${listId}-${mine}`}
                          value={entry.id}
                          className={classes.option}
                          selected={mine === at}
                          aria-selected={mine === at}
                          onMouseMove={() => setChosen(entry.id)}
                          onClick={() => choose(entry)}
                        >
                          {entry.body ?? <Line command={entry} q={typed} />}
                        </Combobox.Option>
                      );
                    })}
                  </Combobox.Group>
                ))}
              </Combobox.Options>
              <div className={classes.state} role="status">
                {waiting && t("palette.searching")}
                {!waiting && searches && search.isError && (
                  <>
                    {t("palette.failed")}
                    <Button size="compact-sm" variant="light" loading={search.isFetching} onClick={search.retry}>
                      {t("action.retry")}
                    </Button>
                  </>
                )}
                {!waiting && entries.length === 0 && !(searches && search.isError) && t("palette.none")}
              </div>
            </div>
          </Combobox>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Line({ command, q }: { command: Command; q: string }) {
  const Icon = command.icon;
  return (
    <span className={classes.line}>
      <Icon size={18} stroke={1.7} />
      <span className={classes.label}>
        <Marked text={command.label} q={q} />
      </span>
      {command.detail && (
        <span className={classes.detail}>
          <Marked text={command.detail} q={q} />
        </span>
      )}
      {command.shortcut && (
        <Kbd size="xs" aria-hidden="true">
          {command.shortcut}
        </Kbd>
      )}
      {command.options && <IconChevronRight size={16} aria-hidden="true" />}
    </span>
  );
}
