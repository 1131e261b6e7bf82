import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TemplateDraft } from "../../live/outgoing.ts";
import { locationOf, pasted } from "./location.ts";
import { cleaned, headerLocation } from "./templates.ts";

/** Fields of a location header. All four are required. */
export function HeaderLocation(props: { draft: TemplateDraft; tried: boolean; onChange: (header: string[]) => void }) {
  const { t } = useTranslation();
  const { tried, onChange } = props;
  const place = headerLocation(props.draft);
  const made = locationOf(place);
  const faults = tried && "faults" in made ? made.faults : [];
  const set = (changes: Partial<typeof place>) => {
    const next = { ...place, ...changes };
    onChange([next.latitude, next.longitude, next.name, next.address]);
  };
  const missing = (text: string) => (tried && cleaned(text) === "" ? t("field.required") : undefined);
  return (
    <>
      <TextInput
        label={t("location.latitude")}
        description={t("template.placeHint")}
        required
        autoComplete="off"
        data-autofocus
        value={place.latitude}
        error={faults.includes("latitude") ? t("location.latitudeInvalid") : undefined}
        onPaste={(event) => {
          const point = pasted(event.clipboardData.getData("text"));
          if (!point || point === "shortLink") return;
          event.preventDefault();
          set({ latitude: String(point.latitude), longitude: String(point.longitude) });
        }}
        onChange={(event) => set({ latitude: event.currentTarget.value })}
      />
      <TextInput
        label={t("location.longitude")}
        required
        autoComplete="off"
        value={place.longitude}
        error={faults.includes("longitude") ? t("location.longitudeInvalid") : undefined}
        onChange={(event) => set({ longitude: event.currentTarget.value })}
      />
      <TextInput
        label={t("location.name")}
        dir="auto"
        required
        autoComplete="off"
        value={place.name}
        error={missing(place.name)}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t("location.address")}
        dir="auto"
        required
        autoComplete="off"
        value={place.address}
        error={missing(place.address)}
        onChange={(event) => set({ address: event.currentTarget.value })}
      />
    </>
  );
}
