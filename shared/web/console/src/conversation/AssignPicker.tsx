import { Button, Combobox, Group, ScrollArea, Text, Tooltip, useCombobox } from "@mantine/core";
import type { Conversation, Operator } from "@recado/lib/protocol";
import { IconChevronDown, IconUserOff, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { operatorsQuery } from "../api/queries.ts";
import { useMay, useMe } from "../shell/me.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";
import { useConversationAction } from "./actions.ts";
import classes from "./conversation.module.css";

const NOBODY = "none";

/** Whoever is available comes first, then whoever has fewest open. */
export function assignable(operators: readonly Operator[], search: string): Operator[] {
  const wanted = search.trim().toLocaleLowerCase();
  const away = (operator: Operator) => (operator.availability === "available" ? 0 : 1);
  return operators
    .filter((operator) => operator.active && operator.role !== "readonly")
    .filter((operator) => operator.name.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => away(a) - away(b) || a.openConversations - b.openConversations || a.name.localeCompare(b.name));
}

export function AssignPicker({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const operators = useQuery(operatorsQuery).data ?? [];
  const action = useConversationAction(conversation.id);
  const [search, setSearch] = useState("");
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setSearch("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  useShortcuts({ a: () => (may("conversation.assign") ? combobox.openDropdown() : false) });
  const assignee = operators.find(({ id }) => id === conversation.assigneeId);
  const label = assignee?.name ?? t("conversation.unassigned");

  return (
    <Combobox
      store={combobox}
      width={280}
      position="bottom-end"
      shadow="md"
      onOptionSubmit={(value) => {
        combobox.closeDropdown();
        const operatorId = value === NOBODY ? null : value;
        if (operatorId !== conversation.assigneeId) {
          // Without the version: a message that comes in meanwhile is no reason to refuse.
          action.mutate({ verb: "assign", body: { operatorId } });
        }
      }}
    >
      <Combobox.Target targetType="button">
        <Tooltip label={t("conversation.assign")} disabled={combobox.dropdownOpened}>
          <Button
            size="sm"
            variant="default"
            className={classes.assign}
            disabled={!may("conversation.assign")}
            aria-label={t("conversation.assigneeIs", { name: label })}
            leftSection={
              assignee ? <PersonAvatar id={assignee.id} name={assignee.name} size={22} /> : <IconUserPlus size={17} />
            }
            rightSection={<IconChevronDown size={14} />}
            onClick={() => combobox.toggleDropdown()}
          >
            <bdi className={classes.assignName}>{label}</bdi>
          </Button>
        </Tooltip>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            combobox.resetSelectedOption();
          }}
          placeholder={t("conversation.assignSearch")}
          aria-label={t("conversation.assignSearch")}
        />
        <Combobox.Options aria-label={t("conversation.assign")}>
          <ScrollArea.Autosize mah={300} type="scroll">
            {conversation.assigneeId !== null && search === "" && (
              <Combobox.Option value={NOBODY}>
                <Group gap="xs" wrap="nowrap">
                  <IconUserOff size={20} />
                  {t("conversation.unassign")}
                </Group>
              </Combobox.Option>
            )}
            {assignable(operators, search).map((operator) => (
              <Combobox.Option
                key={operator.id}
                value={operator.id}
                active={operator.id === conversation.assigneeId}
                aria-selected={operator.id === conversation.assigneeId}
              >
                <Group gap="xs" wrap="nowrap">
                  <PersonAvatar
                    id={operator.id}
                    name={operator.name}
                    size={26}
                    online={operator.availability === "available"}
                  />
                  <Text size="sm" truncate flex={1} component="bdi">
                    {operator.id === me.operator.id
                      ? t("conversation.assignMe", { name: operator.name })
                      : operator.name}
                  </Text>
                  <Text size="xs" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
                    {t("conversation.load", { open: operator.openConversations, capacity: operator.capacity })}
                  </Text>
                </Group>
              </Combobox.Option>
            ))}
            {assignable(operators, search).length === 0 && (
              <Combobox.Empty>{t("conversation.assignNobody")}</Combobox.Empty>
            )}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
