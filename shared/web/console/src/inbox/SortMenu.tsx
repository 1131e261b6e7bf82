import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type InboxView, sorts } from "../api/view.ts";
import type { Key } from "../core/texts.ts";
import { AnchoredMenu } from "../ui/anchored.tsx";
import type { OverlayProps } from "../ui/overlay.tsx";
import { useView } from "./useView.ts";

const sortKeys: Record<InboxView["sort"], Key> = {
  newest: "inbox.sort.newest",
  oldest: "inbox.sort.oldest",
  waiting: "inbox.sort.waiting",
  due: "inbox.sort.due",
};

// S1-15
export function SortMenu(overlay: OverlayProps) {
  const { t } = useTranslation();
  const { view, change } = useView();
  return (
    <AnchoredMenu overlay={overlay}>
      <Menu.Label>{t("inbox.sort.label")}</Menu.Label>
      <Menu.RadioGroup value={view.sort} onChange={(sort) => change({ sort: sort as InboxView["sort"] })}>
        {sorts.map((sort) => (
          <Menu.RadioItem key={sort} value={sort} closeMenuOnClick>
            {t(sortKeys[sort])}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </AnchoredMenu>
  );
}
