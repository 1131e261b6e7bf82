import "@mantine/core/styles/Combobox.css";
import "@mantine/core/styles/NumberInput.css";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";
import { Button, Group, NativeSelect, NumberInput, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { languages, type Operator, roles, operator as shape } from "@recado/lib/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { useMay } from "../api/me.ts";
import { operatorsQuery, storesQuery } from "../api/queries.ts";
import { useErrorText } from "../ui/errors.ts";
import { filled } from "../ui/fields.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { languageNames } from "../ui/LanguageChoice.tsx";
import { Modal } from "../ui/modal.ts";
import { roleKeys } from "../ui/roles.ts";
import { MultiSelect } from "../ui/select.ts";
import { isStale, useStale } from "../ui/stale.tsx";

const valuesOf = (operator: Operator) => ({
  name: operator.name,
  role: operator.role,
  capacity: operator.capacity,
  available: operator.availability === "available",
  active: operator.active,
  storeIds: operator.storeIds,
  languages: operator.languages,
});

export function OperatorForm({ operator, onClose }: { operator: Operator; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const may = useMay();
  const client = useQueryClient();
  const stores = useQuery({ ...storesQuery, enabled: may("store.read") }).data ?? [];
  const errorText = useErrorText();
  const form = useForm({
    initialValues: valuesOf(operator),
    validate: { name: filled(t("field.required")) },
  });
  /** The stores that can be chosen here; those that only others see stay as they are. */
  const storeIds = (values: { storeIds: string[] }) =>
    values.storeIds.filter((chosen) => stores.some(({ id }) => id === chosen));
  const onOff = (on: boolean) => t(on ? "stale.on" : "stale.off");
  const { base, meet, panel } = useStale(operator, form, valuesOf, {
    name: { label: t("field.name") },
    role: { label: t("field.role"), show: (role) => t(roleKeys[role]) },
    capacity: { label: t("field.capacity") },
    available: { label: t("operators.availableSwitch"), show: onOff },
    active: { label: t("operators.activeSwitch"), show: onOff },
    storeIds: {
      label: t("field.stores"),
      show: (ids) =>
        ids.length === 0
          ? t("field.allStores")
          : storeIds({ storeIds: ids })
              .map((id) => stores.find((store) => store.id === id)?.name)
              .join(", "),
    },
    languages: {
      label: t("field.languages"),
      show: (codes) =>
        languages
          .filter((code) => codes.includes(code))
          .map((code) => languageNames[code])
          .join(", "),
    },
  });
  const save = useMutation({
    mutationFn: ({ available, active, ...values }: typeof form.values) =>
      send(
        "PATCH",
        `/operators/${encodeURIComponent(operator.id)}`,
        {
          ...values,
          // The owner's role cannot be changed here, and nobody limits the owner.
          role: operator.role === "owner" ? undefined : values.role,
          storeIds: operator.role === "owner" ? undefined : storeIds(values),
          active,
          availability: available ? "available" : "away",
          version: base.version,
        },
        shape,
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: operatorsQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["me"] });
      notifications.show({ message: t("state.saved") });
      onClose();
    },
    onError: async (error) => {
      if (!isStale(error)) return;
      const all = await client.fetchQuery({ ...operatorsQuery, staleTime: 0 });
      meet(all.find(({ id }) => id === operator.id) ?? operator);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("operators.edit")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          <TextInput label={t("field.name")} dir="auto" data-autofocus {...form.getInputProps("name")} />
          <Group grow align="flex-start">
            <NativeSelect
              label={t("field.role")}
              disabled={operator.role === "owner"}
              data={roles
                .filter((role) => role !== "owner" || operator.role === "owner")
                .map((value) => ({ value, label: t(roleKeys[value]) }))}
              {...form.getInputProps("role")}
            />
            <NumberInput
              label={t("field.capacity")}
              min={0}
              max={999}
              allowDecimal={false}
              clampBehavior="strict"
              {...form.getInputProps("capacity")}
            />
          </Group>
          {stores.length > 1 && operator.role !== "owner" && (
            <MultiSelect
              label={t("field.stores")}
              placeholder={form.values.storeIds.length === 0 ? t("field.allStores") : undefined}
              data={stores.map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("storeIds")}
              value={storeIds(form.values)}
            />
          )}
          <MultiSelect
            label={t("field.languages")}
            data={languages.map((value) => ({ value, label: languageNames[value] }))}
            {...form.getInputProps("languages")}
          />
          <Switch label={t("operators.availableSwitch")} {...form.getInputProps("available", { type: "checkbox" })} />
          <Switch
            label={t("operators.activeSwitch")}
            description={t("operators.activeHint")}
            disabled={operator.role === "owner"}
            {...form.getInputProps("active", { type: "checkbox" })}
          />
          {panel}
          {save.isError && !isStale(save.error) && (
            <Text size="sm" c="var(--rc-danger)" role="alert">
              {errorText(save.error)}
            </Text>
          )}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t("action.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
