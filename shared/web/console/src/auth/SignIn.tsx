import "@mantine/core/styles/PasswordInput.css";
import { Anchor, Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { signedIn } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { tellSession } from "../api/session.ts";
import { useErrorText } from "../ui/errors.ts";
import { filled } from "../ui/fields.ts";
import { AuthForm } from "./AuthForm.tsx";

export function SignIn() {
  const { t } = useTranslation();
  const router = useRouter();
  const client = useQueryClient();
  const { next } = useSearch({ from: "/auth/sign-in" });
  const errorText = useErrorText({ unauthenticated: "auth.wrongCredentials", rate_limited: "auth.tooManyTries" });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: { email: filled(t("field.emailMissing")), password: filled(t("field.required")) },
  });
  const signIn = useMutation({
    mutationFn: (values: { email: string; password: string }) => send("POST", "/auth/sign-in", values, signedIn),
    onSuccess: ({ operator }) => {
      client.clear();
      tellSession(operator.id);
      router.history.push(next ?? "/inbox");
    },
  });

  return (
    <AuthForm
      title={t("auth.signIn.title")}
      lead={t("auth.signIn.lead")}
      error={signIn.isError ? errorText(signIn.error) : undefined}
      onSubmit={form.onSubmit((values) => signIn.mutate(values))}
      footer={
        <>
          {t("auth.noAccount")}{" "}
          <Anchor component={Link} to="/sign-up" size="sm" underline="always">
            {t("auth.signUp.link")}
          </Anchor>
        </>
      }
    >
      <TextInput
        label={t("field.email")}
        type="email"
        autoComplete="username"
        autoFocus
        size="md"
        key={form.key("email")}
        {...form.getInputProps("email")}
      />
      <PasswordInput
        label={t("field.password")}
        autoComplete="current-password"
        size="md"
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
      <Anchor component={Link} to="/forgot" size="sm" style={{ alignSelf: "flex-start" }}>
        {t("auth.forgot.link")}
      </Anchor>
      <Button type="submit" size="md" loading={signIn.isPending || signIn.isSuccess}>
        {t("auth.signIn.submit")}
      </Button>
    </AuthForm>
  );
}
