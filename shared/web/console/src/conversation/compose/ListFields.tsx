import { useTranslation } from "react-i18next";
import type { RowDraft, SectionDraft } from "../../live/outgoing.ts";
import { AddPart, Counted, type PartProps, PartTools } from "./choiceParts.tsx";
import { emptyRow, emptySection, moved, rowsIn } from "./choices.ts";
import classes from "./compose.module.css";

/** Sections and rows of a list. The limit of rows is for all sections together. */
export function ListFields({ draft, limits, faultOf, onChange }: PartProps) {
  const { t } = useTranslation();
  const { sections } = draft;
  const rows = rowsIn(draft);
  const setSection = (index: number, changes: Partial<SectionDraft>) =>
    onChange({ sections: sections.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
  return (
    <>
      <Counted
        label={t("choices.listButton")}
        required
        value={draft.button}
        limit={limits.maxListButton}
        fault={faultOf("button")}
        onText={(button) => onChange({ button })}
      />
      {sections.map((section, index) => {
        const named = section.title.trim() || t("choices.section", { number: index + 1 });
        const setRow = (row: number, changes: Partial<RowDraft>) =>
          setSection(index, { rows: section.rows.map((one, at) => (at === row ? { ...one, ...changes } : one)) });
        return (
          <fieldset key={section.key} className={classes.group}>
            <legend>{named}</legend>
            <div className={classes.part}>
              <Counted
                label={t("choices.sectionTitle")}
                required={sections.length > 1}
                value={section.title}
                limit={limits.maxRowTitle}
                fault={faultOf(section.key)}
                onText={(title) => setSection(index, { title })}
              />
              <PartTools
                name={named}
                index={index}
                count={sections.length}
                onMove={(by) => onChange({ sections: moved(sections, index, by) })}
                onRemove={() => onChange({ sections: sections.filter((_, at) => at !== index) })}
              />
            </div>
            {section.rows.map((row, at) => (
              <div key={row.key} className={classes.row}>
                <div className={classes.part}>
                  <Counted
                    label={t("choices.rowNumber", { number: at + 1 })}
                    required
                    value={row.title}
                    limit={limits.maxRowTitle}
                    fault={faultOf(row.key)}
                    onText={(title) => setRow(at, { title })}
                  />
                  <PartTools
                    name={row.title.trim() || t("choices.rowNumber", { number: at + 1 })}
                    index={at}
                    count={section.rows.length}
                    onMove={(by) => setSection(index, { rows: moved(section.rows, at, by) })}
                    onRemove={() => setSection(index, { rows: section.rows.filter((_, other) => other !== at) })}
                  />
                </div>
                <Counted
                  label={t("choices.rowDescription", { number: at + 1 })}
                  value={row.description}
                  limit={limits.maxRowDescription}
                  fault={faultOf(`${row.key} description`)}
                  onText={(description) => setRow(at, { description })}
                />
              </div>
            ))}
            <AddPart
              label={t("choices.addRow")}
              count={rows}
              limit={limits.maxRows}
              onAdd={() => setSection(index, { rows: [...section.rows, emptyRow()] })}
            />
          </fieldset>
        );
      })}
      <AddPart
        label={t("choices.addSection")}
        count={sections.length}
        // A section needs a row, so none is added when the rows' limit is reached.
        limit={rows >= limits.maxRows ? sections.length : limits.maxSections}
        onAdd={() => onChange({ sections: [...sections, emptySection()] })}
      />
    </>
  );
}
