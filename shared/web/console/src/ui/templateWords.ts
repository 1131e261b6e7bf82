/** How what a provider says of its templates is worded and coloured. */
import type { Key } from "@recado/lib/i18n";
import type { Template, TemplateStatus } from "@recado/lib/protocol";

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

/** Why one may not be sent. `header`: this console has no field for what its header wants. */
export const hindranceKeys: Record<Exclude<TemplateStatus, "approved"> | "header", Key> = {
  pending: "template.why.pending",
  rejected: "template.why.rejected",
  paused: "template.why.paused",
  disabled: "template.why.disabled",
  in_appeal: "template.why.inAppeal",
  header: "template.why.header",
};

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
