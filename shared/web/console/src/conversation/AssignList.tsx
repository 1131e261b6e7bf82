import "@mantine/core/styles/Popover.css";
import "@mantine/core/styles/Combobox.css";
import { Combobox, Group, Text, useCombobox } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import { IconUserOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { operatorsQuery } from "../api/queries.ts";
import { At, alongButton, inMain } from "../ui/anchored.tsx";
import type { OverlayProps } from "../ui/overlay.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { useConversationAction } from "./actions.ts";
import { assignable } from "./assignable.ts";
import classes from "./conversation.module.css";

const NOBODY = "none";

export function AssignList({ conversation, ...overlay }: OverlayProps & { conversation: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const operators = useQuery(operatorsQuery).data ?? [];
  const action = useConversationAction(conversation.id);
  const [search, setSearch] = useState("");
  const combobox = useCombobox({
    opened: overlay.opened,
    onOpenedChange: (open) => !open && overlay.onClose(),
  });
  const { resetSelectedOption, focusSearchInput, focusTarget } = combobox;
  useEffect(() => {
    if (!overlay.opened) return;
    focusSearchInput();
    return () => {
      resetSelectedOption();
      setSearch("");
      focusTarget();
    };
  }, [overlay.opened, focusSearchInput, resetSelectedOption, focusTarget]);
  const found = assignable(operators, conversation.storeId, search);

  return (
    <Combobox
      store={combobox}
      width={280}
      position="bottom-start"
      middlewares={alongButton}
      shadow="md"
      portalProps={inMain}
      onOptionSubmit={(value) => {
        overlay.onClose();
        const operatorId = value === NOBODY ? null : value;
        if (operatorId !== conversation.assigneeId) {
          // Without the version: a new message in the meantime must not cause a conflict.
          action.mutate({ verb: "assign", body: { operatorId } });
        }
      }}
    >
      <Combobox.Target targetType="button">
        <At element={overlay.anchor} />
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
        <Combobox.Options className={classes.assignOptions} aria-label={t("conversation.assign")}>
          {conversation.assigneeId !== null && search === "" && (
            <Combobox.Option value={NOBODY}>
              <Group gap="xs" wrap="nowrap">
                <IconUserOff size={20} className={classes.assignNobody} />
                {t("conversation.unassign")}
              </Group>
            </Combobox.Option>
          )}
          {found.map((operator) => (
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
                  picture={operator.picture}
                  size={26}
                  online={operator.availability === "available"}
                />
                <Text size="sm" truncate flex={1} component="bdi">
                  {operator.id === me.operator.id ? t("conversation.assignMe", { name: operator.name }) : operator.name}
                </Text>
                <Text size="xs" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
                  {t("conversation.load", { open: operator.openConversations, capacity: operator.capacity })}
                </Text>
              </Group>
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>{t("conversation.assignNobody")}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
