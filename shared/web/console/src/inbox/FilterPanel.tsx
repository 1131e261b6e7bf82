import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery, operatorsQuery } from "../api/queries.ts";
import { AnchoredPopover } from "../ui/anchored.tsx";
import type { OverlayProps } from "../ui/overlay.tsx";
import { Select } from "../ui/select.ts";
import { useView } from "./useView.ts";

// S1-13
export function FilterPanel(overlay: OverlayProps) {
  const { t } = useTranslation();
  const { view, change } = useView();
  const may = useMay();
  const operators = useQuery(operatorsQuery).data ?? [];
  const channels = useQuery({ ...channelsQuery, enabled: may("channel.read") }).data ?? [];
  return (
    <AnchoredPopover overlay={overlay} position="bottom-end" width={260}>
      <Stack gap="sm">
        <Select
          label={t("inbox.filter.operator")}
          placeholder={t("inbox.filter.anyOperator")}
          clearable
          searchable
          openOnFocus={false}
          comboboxProps={{ withinPortal: false }}
          value={view.operator ?? null}
          data={[
            { value: "none", label: t("inbox.filter.noOperator") },
            ...operators.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(operator) => change({ operator: operator ?? undefined, box: "all" })}
        />
        <Select
          label={t("inbox.filter.channel")}
          placeholder={t("inbox.filter.anyChannel")}
          clearable
          comboboxProps={{ withinPortal: false }}
          value={view.channel ?? null}
          data={channels.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(channel) => change({ channel: channel ?? undefined })}
        />
      </Stack>
    </AnchoredPopover>
  );
}
