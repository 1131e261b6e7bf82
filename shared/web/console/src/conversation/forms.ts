/** The forms of messages that are no plain text. Rarely used, so loaded on demand. */
import type { ComponentType } from "react";
import { channelTexts } from "../channels/index.ts";
import { withTexts } from "../core/texts.ts";
import type { FormKind } from "../live/outgoing.ts";
import { templatesTexts } from "../templates/texts/index.ts";
import type { FormProps } from "./compose/form.ts";
import { composeTexts } from "./compose/texts/index.ts";

const templateDialogTexts = [composeTexts, templatesTexts, ...channelTexts];

export const loadTemplateDialog = async (): Promise<ComponentType<FormProps>> =>
  (await withTexts(templateDialogTexts, () => import("./compose/TemplateDialog.tsx"))).TemplateDialog;

export const forms: Record<FormKind, () => Promise<ComponentType<FormProps>>> = {
  location: async () => (await withTexts([composeTexts], () => import("./compose/LocationForm.tsx"))).LocationForm,
  contacts: async () => (await withTexts([composeTexts], () => import("./compose/ContactsForm.tsx"))).ContactsForm,
  interactive: async () => (await withTexts([composeTexts], () => import("./compose/ChoicesForm.tsx"))).ChoicesForm,
  template: loadTemplateDialog,
};

export const loadMoreMenu = async () =>
  (await withTexts([composeTexts], () => import("./compose/MoreMenu.tsx"))).MoreMenu;
