import { IconMessageCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../ui/states.tsx";
import classes from "./inbox.module.css";

export function NothingOpen() {
  const { t } = useTranslation();
  return (
    <div className={classes.nothing}>
      <EmptyState icon={IconMessageCircle} title={t("inbox.nothingOpen")} text={t("inbox.nothingOpenHint")} />
    </div>
  );
}
