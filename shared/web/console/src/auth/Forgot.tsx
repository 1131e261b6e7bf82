import "@mantine/core/styles/Alert.css";
import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { useErrorText } from "../ui/errors.ts";
import { email } from "../ui/fields.ts";
import { AuthForm } from "./AuthForm.tsx";

export function Forgot() {
  const { t } = useTranslation();
  const errorText = useErrorText({ rate_limited: "auth.tooManyTries" });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "" },
    validate: { email: email(t("field.emailMissing"), t("field.emailInvalid")) },
  });
  const ask = useMutation({ mutationFn: (values: { email: string }) => tell("POST", "/auth/forgot", values) });

  return (
    <AuthForm
      title={t("auth.forgot.title")}
      lead={t("auth.forgot.lead")}
      error={ask.isError ? errorText(ask.error) : undefined}
      onSubmit={form.onSubmit((values) => ask.mutate(values))}
      footer={
        <Anchor component={Link} to="/sign-in" size="sm">
          {t("auth.backToSignIn")}
        </Anchor>
      }
    >
      {ask.isSuccess ? (
        <Alert variant="light" role="status">
          {t("auth.forgot.sent")}
        </Alert>
      ) : (
        <>
          <TextInput
            label={t("field.email")}
            type="email"
            autoComplete="username"
            autoFocus
            size="md"
            key={form.key("email")}
            {...form.getInputProps("email")}
          />
          <Button type="submit" size="md" loading={ask.isPending}>
            {t("auth.forgot.submit")}
          </Button>
        </>
      )}
    </AuthForm>
  );
}
