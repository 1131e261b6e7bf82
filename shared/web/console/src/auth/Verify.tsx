import "@mantine/core/styles/Alert.css";
import { Alert, Anchor, Loader } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { useErrorText } from "../ui/errors.ts";
import { AuthForm } from "./AuthForm.tsx";

/** Verifies the e-mail address when the link is opened. A query, so that the token is sent once however often it renders. */
export function Verify() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { token } = useSearch({ from: "/auth/verify" });
  const errorText = useErrorText({ invalid: "auth.verify.expired", not_found: "auth.verify.expired" });
  const verify = useQuery({
    queryKey: ["verify", token],
    queryFn: async () => {
      await tell("POST", "/auth/verify", { token });
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      return true;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

  return (
    <AuthForm
      title={t(verify.isSuccess ? "auth.verify.doneTitle" : "auth.verify.title")}
      error={verify.isError ? errorText(verify.error) : undefined}
      footer={
        <Anchor component={Link} to="/inbox" size="sm">
          {t("auth.verify.continue")}
        </Anchor>
      }
    >
      {verify.isPending && <Loader size="sm" aria-label={t("state.loading")} />}
      {verify.isSuccess && (
        <Alert variant="light" role="status">
          {t("auth.verify.done")}
        </Alert>
      )}
    </AuthForm>
  );
}
