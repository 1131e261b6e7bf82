import { ActionIcon, Button, CloseButton, Indicator, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { isComposing } from "@recado/lib/input";
import type { Count, Counts } from "@recado/lib/protocol";
import { IconArrowsSort, IconFilter, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { countsQuery } from "../api/queries.ts";
import { boxes, type InboxView, states } from "../api/view.ts";
import type { Key } from "../core/texts.ts";
import { useCountText } from "../ui/format.ts";
import { useOverlay } from "../ui/overlay.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";
import classes from "./header.module.css";
import { useView } from "./useView.ts";

const boxKeys: Record<InboxView["box"], Key> = {
  mine: "inbox.box.mine",
  unassigned: "inbox.box.unassigned",
  all: "inbox.box.all",
};
const stateKeys: Record<InboxView["status"], Key> = {
  open: "inbox.state.open",
  pending: "inbox.state.pending",
  resolved: "inbox.state.resolved",
  all: "inbox.state.all",
};

const boxCount = (counts: Counts | undefined, box: InboxView["box"]): Count | undefined =>
  counts && { mine: counts.mine.open, unassigned: counts.unassigned, all: counts.all.open }[box];

/** A count is shown only for boxes that the server counts. */
function stateCount(counts: Counts | undefined, view: InboxView, state: InboxView["status"]): Count | undefined {
  if (!counts || view.operator || view.channel) return undefined;
  if (view.box === "mine" && (state === "open" || state === "pending")) return counts.mine[state];
  if (view.box === "all" && state !== "all") return counts.all[state];
  return undefined;
}

export function InboxHeader() {
  const { view } = useView();
  return (
    <header className={classes.header}>
      <div className={classes.tools}>
        <SearchBox />
        <Sort />
        <Filters />
      </div>
      {view.q ? <Results /> : <Tabs />}
    </header>
  );
}

/** In place of the tabs, which a search does not look at; they come back as they were. */
function Results() {
  const { t } = useTranslation();
  const { view, change } = useView();
  const filtered = view.operator !== undefined || view.channel !== undefined;
  return (
    <div className={classes.results} role="status">
      {t(filtered ? "inbox.results.filtered" : "inbox.results.all")}
      {filtered && (
        <Button size="compact-xs" variant="subtle" onClick={() => change({ operator: undefined, channel: undefined })}>
          {t("inbox.clearFilters")}
        </Button>
      )}
    </div>
  );
}

function Tabs() {
  const { t } = useTranslation();
  const { view, change } = useView();
  const countText = useCountText();
  const counts = useQuery(countsQuery).data;
  return (
    <>
      <div className={classes.boxes} role="radiogroup" aria-label={t("inbox.box.label")}>
        {boxes.map((box) => {
          const count = boxCount(counts, box);
          return (
            <label key={box} className={classes.box} data-chosen={view.box === box || undefined}>
              <input
                type="radio"
                name="box"
                className="visually-hidden"
                checked={view.box === box}
                onChange={() => change({ box, operator: undefined })}
              />
              {t(boxKeys[box])}
              {count && count.value > 0 && <span className={classes.count}>{countText(count)}</span>}
            </label>
          );
        })}
      </div>
      <div className={classes.states} role="radiogroup" aria-label={t("inbox.state.label")}>
        {states.map((state) => {
          const count = stateCount(counts, view, state);
          return (
            <label key={state} className={classes.state} data-chosen={view.status === state || undefined}>
              <input
                type="radio"
                name="state"
                className="visually-hidden"
                checked={view.status === state}
                onChange={() => change({ status: state })}
              />
              {t(stateKeys[state])}
              {count && count.value > 0 && <span className={classes.count}>{countText(count)}</span>}
            </label>
          );
        })}
      </div>
    </>
  );
}

function SearchBox() {
  const { t } = useTranslation();
  const { view, change } = useView();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(view.q ?? "");
  const search = useDebouncedCallback((q: string) => change({ q: q.trim() || undefined }), 300);
  useShortcuts({ "/": () => input.current?.focus() });
  useEffect(() => setText((typed) => (typed.trim() === (view.q ?? "") ? typed : (view.q ?? ""))), [view.q]);
  const clear = () => {
    setText("");
    change({ q: undefined });
  };
  return (
    <TextInput
      ref={input}
      type="search"
      size="sm"
      className={classes.search}
      placeholder={t("inbox.search")}
      aria-label={t("inbox.searchLabel")}
      leftSection={<IconSearch size={16} />}
      rightSection={text && <CloseButton size="sm" aria-label={t("inbox.searchClear")} onClick={clear} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
        event.preventDefault();
        if (text) clear();
        input.current?.blur();
      }}
    />
  );
}

function Sort() {
  const { t } = useTranslation();
  const menu = useOverlay("menu", async () => (await import("./SortMenu.tsx")).SortMenu);
  return (
    <>
      <ActionIcon {...menu.button} size="lg" aria-label={t("inbox.sort.label")} data-hint={t("inbox.sort.label")}>
        <IconArrowsSort size={18} />
      </ActionIcon>
      {menu.overlay({})}
    </>
  );
}

function Filters() {
  const { t } = useTranslation();
  const { view } = useView();
  const panel = useOverlay("dialog", async () => (await import("./FilterPanel.tsx")).FilterPanel);
  const active = view.operator !== undefined || view.channel !== undefined;
  return (
    <>
      <Indicator disabled={!active} size={8} offset={6}>
        <ActionIcon
          {...panel.button}
          size="lg"
          aria-label={active ? t("inbox.filter.active") : t("inbox.filter.label")}
          data-hint={t("inbox.filter.label")}
        >
          <IconFilter size={18} />
        </ActionIcon>
      </Indicator>
      {panel.overlay({})}
    </>
  );
}
