import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { type Contact, contact as shape } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { ApiError } from "../core/errors.ts";
import { useErrorText } from "../ui/errors.ts";

// S1-26
export function ContactEditor({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const errorText = useErrorText({ conflict: "contact.changedMeanwhile" });
  const valuesOf = (from: Contact) => ({
    firstName: from.firstName,
    lastName: from.lastName,
    email: from.email ?? "",
    phone: from.phone ?? "",
  });
  const form = useForm({
    initialValues: valuesOf(contact),
    validate: {
      email: (value) => (value.trim() === "" || /^\S+@\S+\.\S+$/.test(value.trim()) ? null : t("field.emailInvalid")),
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      const changed = Object.entries(values).filter(
        ([name, value]) => value.trim() !== valuesOf(contact)[name as keyof typeof values],
      );
      return send(
        "PATCH",
        `/contacts/${encodeURIComponent(contact.id)}`,
        { ...Object.fromEntries(changed.map(([name, value]) => [name, value.trim()])), version: contact.version },
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
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.field && error.field in form.values) form.setFieldError(error.field, t("error.invalid"));
      // Fetch the other person's changes; the form keeps its values for another save.
      if (error.code === "conflict") void client.invalidateQueries({ queryKey: ["contact", contact.id] });
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
        {save.isError && (
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
