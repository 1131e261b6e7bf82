/** What the forms of all kinds of channels have in common. */
import { Button, Group, NativeSelect, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentProps, useRef } from "react";
import { useTranslation } from "react-i18next";
import { channelsQuery, storesQuery } from "../api/queries.ts";

/** Which store a new channel belongs to; where there are none to choose from it is the account's. */
export function StoreField(props: ComponentProps<typeof NativeSelect>) {
  const { t } = useTranslation();
  const stores = useQuery(storesQuery).data ?? [];
  if (stores.length === 0) return null;
  return (
    <NativeSelect
      {...props}
      label={t("field.store")}
      data={stores.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

export function FormEnd(props: { fault: string | null; saving: boolean; verb: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      {props.fault && (
        <Text size="sm" c="var(--rc-danger)" role="alert">
          {props.fault}
        </Text>
      )}
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={props.onClose}>
          {t("action.cancel")}
        </Button>
        <Button type="submit" loading={props.saving}>
          {props.verb}
        </Button>
      </Group>
    </>
  );
}

/** What every form does once the server has the channel. */
export function useSaved(): () => void {
  const { t } = useTranslation();
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: channelsQuery.queryKey });
    notifications.show({ message: t("state.saved") });
  };
}

/** A key for what is about to be made: the same values tried again, after an answer that got lost, make nothing twice. */
export function useOnceKey(): (body: unknown) => string {
  const last = useRef({ body: "", key: "" });
  return (body) => {
    const text = JSON.stringify(body);
    if (last.current.body !== text) last.current = { body: text, key: crypto.randomUUID() };
    return last.current.key;
  };
}
