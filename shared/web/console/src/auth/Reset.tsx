import "@mantine/core/styles/Alert.css";
import "@mantine/core/styles/PasswordInput.css";
import { Alert, Anchor, Button, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { useErrorText } from "../ui/errors.ts";
import { longEnough, PASSWORD_LENGTH } from "../ui/fields.ts";
import { AuthForm } from "./AuthForm.tsx";

export function Reset() {
  const { t } = useTranslation();
  const { token } = useSearch({ from: "/auth/reset" });
  const errorText = useErrorText({
    invalid: "auth.linkExpired",
    unauthenticated: "auth.linkExpired",
    not_found: "auth.linkExpired",
  });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "" },
    validate: { password: longEnough(t("field.passwordShort", { min: PASSWORD_LENGTH })) },
  });
  const reset = useMutation({
    mutationFn: (values: { password: string }) => tell("POST", "/auth/reset", { token, ...values }),
  });

  return (
    <AuthForm
      title={t("auth.reset.title")}
      lead={reset.isSuccess ? undefined : t("auth.reset.lead")}
      error={reset.isError ? errorText(reset.error) : undefined}
      onSubmit={form.onSubmit((values) => reset.mutate(values))}
      footer={
        <Anchor component={Link} to="/sign-in" size="sm">
          {t("auth.backToSignIn")}
        </Anchor>
      }
    >
      {reset.isSuccess ? (
        <Alert variant="light" role="status">
          {t("auth.reset.done")}
        </Alert>
      ) : (
        <>
          <PasswordInput
            label={t("field.newPassword")}
            description={t("field.passwordHint", { min: PASSWORD_LENGTH })}
            autoComplete="new-password"
            autoFocus
            size="md"
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Button type="submit" size="md" loading={reset.isPending}>
            {t("auth.reset.submit")}
          </Button>
        </>
      )}
    </AuthForm>
  );
}
