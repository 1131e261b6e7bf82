import type { SitePage } from "@recado/lib/protocol";
import { withVisibleMarks } from "@recado/lib/text";
import { IconWorld } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./ui.module.css";

/** The page that a visitor wrote from. Their browser sends the address, so only http and https become links. */
export function SiteLink({ page }: { page: SitePage }) {
  const { t } = useTranslation();
  const words = withVisibleMarks(page.title || page.url);
  return (
    <span className={classes.site}>
      <IconWorld size={14} role="img" aria-label={t("message.fromPage")} />
      {/^https?:\/\//i.test(page.url) ? (
        <a href={page.url} target="_blank" rel="noopener noreferrer nofollow" dir="auto" title={page.url}>
          {words}
        </a>
      ) : (
        <bdi>{words}</bdi>
      )}
    </span>
  );
}
