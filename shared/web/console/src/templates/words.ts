/** Texts and colours of a template's status, category and quality, and the name of its language. */

import type { Template, TemplateStatus } from "@recado/lib/protocol";
import type { Key } from "../core/texts.ts";

export const statusKeys: Record<TemplateStatus, Key> = {
  approved: "template.status.approved",
  pending: "template.status.pending",
  rejected: "template.status.rejected",
  paused: "template.status.paused",
  disabled: "template.status.disabled",
  in_appeal: "template.status.inAppeal",
};

export const statusColors: Record<TemplateStatus, string> = {
  approved: "petrol",
  pending: "gray",
  rejected: "red",
  paused: "orange",
  disabled: "red",
  in_appeal: "gray",
};

/** Why a template cannot be sent. `header`: the console does not support its header format. */
export const blockReasonKeys = {
  pending: "template.why.pending",
  rejected: "template.why.rejected",
  paused: "template.why.paused",
  disabled: "template.why.disabled",
  in_appeal: "template.why.inAppeal",
  header: "template.why.header",
} as const satisfies Record<Exclude<TemplateStatus, "approved"> | "header", Key>;

export const categoryKeys: Record<Template["category"], Key> = {
  marketing: "template.category.marketing",
  utility: "template.category.utility",
  authentication: "template.category.authentication",
};

export const qualityKeys: Record<Template["quality"], Key> = {
  green: "template.quality.green",
  yellow: "template.quality.yellow",
  red: "template.quality.red",
  unknown: "template.quality.unknown",
};

/** Providers write es_AR, browsers es-AR. */
export function languageName(code: string, reader: string): string {
  try {
    return new Intl.DisplayNames(reader, { type: "language" }).of(code.replace("_", "-")) ?? code;
  } catch {
    return code;
  }
}
