import { IconMessageCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { channelTexts } from "../channels/index.ts";
import { withTexts } from "../core/texts.ts";
import { useFirstRun } from "../start/progress.ts";
import { startTexts } from "../start/texts/index.ts";
import { Later } from "../ui/later.tsx";
import { EmptyState } from "../ui/states.tsx";
import classes from "./inbox.module.css";

const loadChecklist = async () =>
  (await withTexts([startTexts, ...channelTexts], () => import("../start/Checklist.tsx"))).Checklist;

/** The pane beside the list. A new account has its checklist there. */
export function NothingOpen() {
  const { t } = useTranslation();
  const { shown } = useFirstRun();
  return (
    <div className={classes.nothing}>
      {shown ? (
        <Later load={loadChecklist} props={{ hideable: true }} />
      ) : (
        <EmptyState icon={IconMessageCircle} title={t("inbox.nothingOpen")} text={t("inbox.nothingOpenHint")} />
      )}
    </div>
  );
}
