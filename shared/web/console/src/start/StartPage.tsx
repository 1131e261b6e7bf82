import { useTranslation } from "react-i18next";
import { Checklist } from "./Checklist.tsx";

/** The checklist by itself, from the operator's menu. */
export function StartPage() {
  const { t } = useTranslation();
  return (
    <>
      <h1 className="visually-hidden">{t("start.title")}</h1>
      <Checklist hideable={false} />
    </>
  );
}
