import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { useFailureNotice } from "../ui/errors.ts";
import classes from "./shell.module.css";

export function VerifyBanner() {
  const { t } = useTranslation();
  const failed = useFailureNotice();
  const resend = useMutation({ mutationFn: () => tell("POST", "/auth/verify/resend", {}), onError: failed });
  return (
    <div className={classes.banner} role="status">
      <span>{resend.isSuccess ? t("banner.verifySent") : t("banner.verify")}</span>
      {!resend.isSuccess && (
        <Button size="compact-xs" variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
          {t("banner.verifyResend")}
        </Button>
      )}
    </div>
  );
}
