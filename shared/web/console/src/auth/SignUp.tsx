import "@mantine/core/styles/PasswordInput.css";
import { Anchor, Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { signedIn } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { tellSession } from "../api/session.ts";
import { ApiError } from "../core/errors.ts";
import { useErrorText } from "../ui/errors.ts";
import { email, filled, longEnough, PASSWORD_LENGTH } from "../ui/fields.ts";
import { AuthForm } from "./AuthForm.tsx";

export function SignUp() {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const client = useQueryClient();
  const errorText = useErrorText({ rate_limited: "auth.tooManyTries" });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { accountName: "", name: "", email: "", password: "" },
    validate: {
      accountName: filled(t("field.required")),
      name: filled(t("field.required")),
      email: email(t("field.emailMissing"), t("field.emailInvalid")),
      password: longEnough(t("field.passwordShort", { min: PASSWORD_LENGTH })),
    },
  });
  const signUp = useMutation({
    mutationFn: (values: typeof form.values) =>
      send(
        "POST",
        "/auth/sign-up",
        {
          ...values,
          language: i18n.language,
          timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
        signedIn,
      ),
    onSuccess: ({ operator }) => {
      client.clear();
      tellSession(operator.id);
      void router.navigate({ to: "/inbox" });
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.field === "email") {
        form.setFieldError("email", t(error.code === "conflict" ? "auth.emailTaken" : "field.emailInvalid"));
      }
      if (error.field === "password") {
        form.setFieldError("password", t("field.passwordWeak"));
      }
    },
  });
  const fieldFault = signUp.error instanceof ApiError && ["email", "password"].includes(signUp.error.field ?? "");

  return (
    <AuthForm
      title={t("auth.signUp.title")}
      lead={t("auth.signUp.lead")}
      error={signUp.isError && !fieldFault ? errorText(signUp.error) : undefined}
      onSubmit={form.onSubmit((values) => signUp.mutate(values))}
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
        label={t("field.accountName")}
        description={t("field.accountNameHint")}
        autoComplete="organization"
        autoFocus
        size="md"
        key={form.key("accountName")}
        {...form.getInputProps("accountName")}
      />
      <TextInput
        label={t("field.yourName")}
        autoComplete="name"
        size="md"
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <TextInput
        label={t("field.email")}
        type="email"
        autoComplete="email"
        size="md"
        key={form.key("email")}
        {...form.getInputProps("email")}
      />
      <PasswordInput
        label={t("field.password")}
        description={t("field.passwordHint", { min: PASSWORD_LENGTH })}
        autoComplete="new-password"
        size="md"
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
      <Button type="submit" size="md" loading={signUp.isPending || signUp.isSuccess}>
        {t("auth.signUp.submit")}
      </Button>
    </AuthForm>
  );
}
