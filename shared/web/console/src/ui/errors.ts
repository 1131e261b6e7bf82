/** Errors come as codes; here they become sentences in the reader's language. */

import { notifications } from "@mantine/notifications";
import type { Key } from "@recado/lib/i18n";
import type { ErrorCode } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client.ts";

const sentences: Record<ErrorCode | "offline", Key> = {
  invalid: "error.invalid",
  unauthenticated: "error.unauthenticated",
  forbidden: "error.forbidden",
  not_found: "error.notFound",
  conflict: "error.conflict",
  too_large: "error.tooLarge",
  rate_limited: "error.rateLimited",
  unavailable: "error.unavailable",
  internal: "error.internal",
  offline: "error.offline",
};

/** Faults that a code alone tells too little of. */
const reasonSentences: Partial<Record<string, Key>> = {
  window_closed: "composer.windowClosed",
  template_unavailable: "error.templateUnavailable",
  no_business_account: "error.noBusinessAccount",
  unsupported: "error.unsupported",
  claimed: "channels.taken",
};

export const reasonKey = (reason: string | undefined): Key | undefined => reasonSentences[reason ?? ""];

export const codeOf = (error: unknown): ErrorCode | "offline" => (error instanceof ApiError ? error.code : "internal");

/** Sentences for one screen come first: "conflict" means something else there than in general. */
export function useErrorText(own: Partial<Record<ErrorCode | "offline", Key>> = {}) {
  const { t } = useTranslation();
  return (error: unknown): string => {
    const code = codeOf(error);
    const exact = error instanceof ApiError ? reasonKey(error.reason) : undefined;
    return t(exact ?? own[code] ?? sentences[code]);
  };
}

/** Tells of an action that failed where there is no better place for it. */
export function useFailureNotice(own: Partial<Record<ErrorCode | "offline", Key>> = {}) {
  const errorText = useErrorText(own);
  return (error: unknown) => {
    notifications.show({ color: "red", message: errorText(error) });
  };
}
