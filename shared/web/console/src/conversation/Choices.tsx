import type { Interactive } from "@recado/lib/protocol";
import { IconList } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./choices.module.css";

/** Buttons or list of an interactive message, read-only. */
export function Choices({ interactive, open = false }: { interactive: Interactive; open?: boolean }) {
  const { t } = useTranslation();
  const { footer, buttons, button, sections } = interactive;
  return (
    <>
      {footer && (
        <p className={classes.footer} dir="auto">
          {footer}
        </p>
      )}
      {buttons && buttons.length > 0 && (
        <ul className={classes.choices} aria-label={t("message.choices")}>
          {buttons.map(({ id, title }) => (
            <li key={id} className={classes.choice} dir="auto">
              {title || "…"}
            </li>
          ))}
        </ul>
      )}
      {sections && sections.length > 0 && (
        <details className={classes.choiceList} open={open}>
          <summary className={classes.choice}>
            <IconList size={16} aria-hidden="true" />
            <bdi>{button || "…"}</bdi>
          </summary>
          {sections.map((section, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: sections have no identity but their place
            <div key={index} className={classes.choiceSection}>
              {section.title && <bdi className={classes.choiceHeading}>{section.title}</bdi>}
              <ul>
                {section.rows.map((row) => (
                  <li key={row.id}>
                    <bdi>{row.title || "…"}</bdi>
                    {row.description && <bdi className={classes.choiceNote}>{row.description}</bdi>}
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </details>
      )}
    </>
  );
}
