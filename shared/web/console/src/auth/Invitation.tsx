import "@mantine/core/styles/PasswordInput.css";
import { Anchor, Button, PasswordInput, Skeleton, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type InvitationOffer, invitationOffer, signedIn } from "@recado/lib/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { tellSession } from "../api/session.ts";
import { ApiError } from "../core/errors.ts";
import type { Key } from "../core/texts.ts";
import { useErrorText } from "../ui/errors.ts";
import { filled, longEnough, PASSWORD_LENGTH } from "../ui/fields.ts";
import { roleKeys } from "../ui/roles.ts";
import { ErrorState } from "../ui/states.tsx";
import { AuthForm } from "./AuthForm.tsx";

/** Why a link does not work, and what to do about it, by the reason of the error. */
const refusals: Partial<Record<string, { title: Key; lead: Key }>> = {
  invitation_expired: { title: "auth.invitation.expired", lead: "auth.invitation.expiredHint" },
  invitation_used: { title: "auth.invitation.used", lead: "auth.invitation.usedHint" },
  invitation_replaced: { title: "auth.invitation.replaced", lead: "auth.invitation.replacedHint" },
  invitation_revoked: { title: "auth.invitation.revoked", lead: "auth.invitation.revokedHint" },
  exists: { title: "auth.invitation.exists", lead: "auth.invitation.existsHint" },
};
const unknown: { title: Key; lead: Key } = { title: "auth.invitation.unknown", lead: "auth.invitation.unknownHint" };

function refusalOf(error: unknown): { title: Key; lead: Key } | undefined {
  if (!(error instanceof ApiError) || error.field !== "token") return undefined;
  return refusals[error.reason ?? ""] ?? unknown;
}

/** Accepts an invitation. Looking at it does not use the link up. S0-01 */
export function Invitation() {
  const { t } = useTranslation();
  const { token } = useSearch({ from: "/auth/invitation" });
  const offer = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => send("POST", "/auth/invitation", { token }, invitationOffer),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (count, error) => count < 2 && error instanceof ApiError && error.passing,
  });
  const refusal = refusalOf(offer.error);
  if (offer.isPending)
    return (
      <Stack role="status" aria-label={t("state.loading")}>
        <Skeleton height={34} />
        <Skeleton height={60} />
        <Skeleton height={60} />
      </Stack>
    );
  if (refusal) return <Refused {...refusal} />;
  if (!offer.data)
    return <ErrorState error={offer.error} onRetry={() => void offer.refetch()} retrying={offer.isFetching} />;
  return <Accept token={token} offer={offer.data} />;
}

function Refused({ title, lead }: { title: Key; lead: Key }) {
  const { t } = useTranslation();
  return (
    <AuthForm title={t(title)} lead={t(lead)}>
      <Button component={Link} to="/sign-in" variant="default" size="md">
        {t("auth.signIn.submit")}
      </Button>
    </AuthForm>
  );
}

function Accept({ token, offer }: { token: string; offer: InvitationOffer }) {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const client = useQueryClient();
  const errorText = useErrorText();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", password: "" },
    validate: {
      name: filled(t("field.required")),
      password: longEnough(t("field.passwordShort", { min: PASSWORD_LENGTH })),
    },
  });
  const accept = useMutation({
    mutationFn: (values: typeof form.values) =>
      send("POST", "/auth/invitation/accept", { ...values, token, language: i18n.language }, signedIn),
    onSuccess: ({ operator }) => {
      // Whoever was signed in here before is forgotten. The link's own query stays: asked again, it would be used already.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "invitation" });
      tellSession(operator.id);
      void router.navigate({ to: "/inbox" });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.field === "password")
        form.setFieldError("password", t("field.passwordWeak"));
    },
  });
  const refusal = refusalOf(accept.error);
  if (refusal) return <Refused {...refusal} />;
  const fieldFault = accept.error instanceof ApiError && accept.error.field === "password";
  return (
    <AuthForm
      title={t("auth.invitation.title", { account: offer.accountName })}
      lead={t("auth.invitation.lead", { inviter: offer.inviterName, role: t(roleKeys[offer.role]) })}
      error={accept.isError && !fieldFault ? errorText(accept.error) : undefined}
      onSubmit={form.onSubmit((values) => accept.mutate(values))}
      footer={
        <>
          {t("auth.haveAccount")}{" "}
          <Anchor component={Link} to="/sign-in" size="sm" underline="always">
            {t("auth.signIn.submit")}
          </Anchor>
        </>
      }
    >
      <TextInput
        label={t("field.email")}
        type="email"
        autoComplete="username"
        value={offer.email}
        variant="filled"
        readOnly
      />
      <TextInput
        label={t("field.yourName")}
        autoComplete="name"
        autoFocus
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <PasswordInput
        label={t("field.password")}
        description={t("field.passwordHint", { min: PASSWORD_LENGTH })}
        autoComplete="new-password"
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
      <Button type="submit" size="md" loading={accept.isPending || accept.isSuccess}>
        {t("auth.invitation.submit")}
      </Button>
    </AuthForm>
  );
}
