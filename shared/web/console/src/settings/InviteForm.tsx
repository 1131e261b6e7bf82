import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import { Button, Group, Pill, Radio, Stack, Text, UnstyledButton } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type InvitationResult, invited, languages, type Role } from "@recado/lib/protocol";
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { useMay, useMe } from "../api/me.ts";
import { invitationsQuery, meQuery, operatorsQuery, storesQuery } from "../api/queries.ts";
import type { Key } from "../core/texts.ts";
import { useErrorText } from "../ui/errors.ts";
import { languageNames } from "../ui/LanguageChoice.tsx";
import { roleKeys } from "../ui/roles.ts";
import { MultiSelect, TagsInput } from "../ui/select.ts";
import { ADDRESSES_AT_ONCE, isAddress, SEPARATORS, tidied } from "./addresses.ts";
import classes from "./invitations.module.css";

export type Results = InvitationResult[];

type InvitedRole = Exclude<Role, "owner">;

const roleHints: Record<InvitedRole, Key> = {
  readonly: "role.readonlyHint",
  admin: "role.adminHint",
  operator: "role.operatorHint",
  supervisor: "role.supervisorHint",
  editor: "role.editorHint",
};
const first: InvitedRole[] = ["readonly", "admin"];
const more: InvitedRole[] = ["operator", "supervisor", "editor"];

/** Roles that see every store unless stores are named. */
const everywhere: readonly string[] = ["admin", "supervisor"];

export function InviteForm({ onDone, onClose }: { onDone: (results: Results) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const { operator: me } = useMe();
  const client = useQueryClient();
  const errorText = useErrorText();
  const stores = useQuery({ ...storesQuery, enabled: may("store.read") }).data ?? [];
  const [all, setAll] = useState(false);
  // A request that is repeated unchanged sends no second mail.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const form = useForm({
    onValuesChange: () => setKey(crypto.randomUUID()),
    initialValues: {
      emails: [] as string[],
      role: "" as InvitedRole | "",
      storeIds: [] as string[],
      languages: [] as string[],
    },
    validate: {
      emails: (values) => {
        const wrong = values.filter((value) => !isAddress(value));
        if (values.length === 0) return t("invite.emailsMissing");
        if (wrong.length > 0) return t("invite.emailsWrong", { list: wrong.join(", "), count: wrong.length });
        return values.length > ADDRESSES_AT_ONCE ? t("invite.emailsMany", { max: ADDRESSES_AT_ONCE }) : null;
      },
      role: (value) => (value ? null : t("invite.roleMissing")),
      // Somebody who is limited to stores gives none but these.
      storeIds: (value, { role }) =>
        stores.length > 1 && value.length === 0 && everywhere.includes(role) && me.storeIds.length > 0
          ? t("invite.storesMissing")
          : null,
    },
  });
  const invite = useMutation({
    mutationFn: ({ languages: spoken, ...values }: typeof form.values) =>
      send("POST", "/invitations", { ...values, ...(spoken.length > 0 && { languages: spoken }) }, invited, key),
    onSuccess: ({ results }) => {
      void client.invalidateQueries({ queryKey: invitationsQuery.queryKey });
      onDone(results);
    },
    // Whether the owner's address is verified may have been read too long ago.
    onError: () => {
      void client.invalidateQueries({ queryKey: operatorsQuery.queryKey });
      void client.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  const emails = form.getInputProps("emails");
  return (
    <form onSubmit={form.onSubmit((values) => invite.mutate(values))} noValidate>
      <Stack gap="md">
        <TagsInput
          label={t("invite.emails")}
          description={t("invite.emailsHint", { max: ADDRESSES_AT_ONCE })}
          placeholder={form.values.emails.length === 0 ? t("invite.emailsExample") : undefined}
          splitChars={SEPARATORS}
          // Mail programs put capitals and names around addresses.
          {...emails}
          onChange={(next: string[]) => emails.onChange(tidied(form.values.emails, next))}
          renderPill={({ value, onRemove }) => (
            <Pill
              className={classes.address}
              data-wrong={!isAddress(String(value)) || undefined}
              withRemoveButton
              onRemove={onRemove}
            >
              {String(value)}
            </Pill>
          )}
          inputMode="email"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
        <Radio.Group label={t("field.role")} errorProps={{ mt: 8 }} {...form.getInputProps("role")}>
          <Stack gap={10} mt={6}>
            {[...first, ...(all ? more : [])].map((role) => (
              <Radio key={role} value={role} label={t(roleKeys[role])} description={t(roleHints[role])} />
            ))}
            {!all && (
              <UnstyledButton className={classes.more} aria-expanded={false} onClick={() => setAll(true)}>
                <IconChevronDown size={16} aria-hidden="true" />
                {t("invite.moreRoles")}
              </UnstyledButton>
            )}
          </Stack>
        </Radio.Group>
        {stores.length > 1 && (
          <MultiSelect
            label={t("field.stores")}
            placeholder={storesPlaceholder(form.values, t)}
            data={stores.map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps("storeIds")}
          />
        )}
        <MultiSelect
          label={t("invite.languages")}
          data={languages.map((value) => ({ value, label: languageNames[value] }))}
          {...form.getInputProps("languages")}
        />
        {invite.isError && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(invite.error)}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {t("invite.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function storesPlaceholder(values: { role: string; storeIds: string[] }, t: (key: Key) => string): string | undefined {
  if (values.role === "" || values.storeIds.length > 0) return undefined;
  return t(everywhere.includes(values.role) ? "field.allStores" : "invite.firstStore");
}
