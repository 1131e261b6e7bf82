import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { type Contact, contact as shape } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { contactQuery } from "../api/queries.ts";
import { ApiError } from "../core/errors.ts";
import { useErrorText } from "../ui/errors.ts";
import { phoneText } from "../ui/format.ts";
import { isStale, useStale } from "../ui/stale.tsx";

const valuesOf = (from: Contact) => ({
  firstName: from.firstName,
  lastName: from.lastName,
  email: from.email ?? "",
  phone: from.phone ?? "",
});

// S1-26
export function ContactEditor({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const errorText = useErrorText();
  const form = useForm({
    initialValues: valuesOf(contact),
    validate: {
      email: (value) => (value.trim() === "" || /^\S+@\S+\.\S+$/.test(value.trim()) ? null : t("field.emailInvalid")),
    },
  });
  const { base, meet, panel } = useStale(contact, form, valuesOf, {
    firstName: { label: t("field.firstName") },
    lastName: { label: t("field.lastName") },
    email: { label: t("field.email") },
    phone: { label: t("field.phone"), show: phoneText },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      const known = valuesOf(base);
      const changed = Object.entries(values).filter(
        ([name, value]) => value.trim() !== known[name as keyof typeof values],
      );
      return send(
        "PATCH",
        `/contacts/${encodeURIComponent(contact.id)}`,
        { ...Object.fromEntries(changed.map(([name, value]) => [name, value.trim()])), version: base.version },
        shape,
      );
    },
    onSuccess: (next) => {
      client.setQueryData(["contact", next.id], next);
      // Lists and headers show the name, too.
      for (const key of ["conversations", "conversation", "contactConversations", "contactHistory", "contacts"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      notifications.show({ message: t("state.saved") });
      onDone();
    },
    onError: async (error) => {
      if (isStale(error)) meet(await client.fetchQuery({ ...contactQuery(contact.id), staleTime: 0 }));
      else if (error instanceof ApiError && error.field && error.field in form.values) {
        form.setFieldError(error.field, t(error.field === "phone" ? "contact.phoneInvalid" : "error.invalid"));
      }
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="xs">
        <TextInput
          size="sm"
          dir="auto"
          label={t("field.firstName")}
          data-autofocus
          {...form.getInputProps("firstName")}
        />
        <TextInput size="sm" dir="auto" label={t("field.lastName")} {...form.getInputProps("lastName")} />
        <TextInput size="sm" type="email" label={t("field.email")} {...form.getInputProps("email")} />
        <TextInput size="sm" type="tel" label={t("field.phone")} {...form.getInputProps("phone")} />
        {panel}
        {save.isError && !isStale(save.error) && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(save.error)}
          </Text>
        )}
        <Group gap="xs" justify="flex-end" mt={4}>
          <Button size="xs" variant="default" onClick={onDone}>
            {t("action.cancel")}
          </Button>
          <Button size="xs" type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            {t("action.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
