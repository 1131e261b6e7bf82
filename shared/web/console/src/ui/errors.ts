/** Errors come as codes; here they become sentences in the reader's language. */

import { notifications } from "@mantine/notifications";
import type { ErrorCode } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import { ApiError } from "../core/errors.ts";
import type { Key } from "../core/texts.ts";

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

/** Reasons that any screen may meet. */
const reasonSentences: Partial<Record<string, Key>> = {
  unsupported: "error.unsupported",
};

/** Sentences of one screen, by reason. */
export type Reasons = Readonly<Partial<Record<string, Key>>>;

export const codeOf = (error: unknown): ErrorCode | "offline" => (error instanceof ApiError ? error.code : "internal");

/**
 * The sentence for an error. A reason says more than a code; and what the screen says of a code comes before the general
 * sentence: "conflict" means something else there. `values` are filled into the screen's own sentences.
 */
export function useErrorText(
  own: Partial<Record<ErrorCode | "offline", Key>> = {},
  reasons: Reasons = {},
  values: { channel?: string } = {},
) {
  const { t } = useTranslation();
  return (error: unknown): string => {
    const code = codeOf(error);
    const reason = (error instanceof ApiError && error.reason) || "";
    const key = reasons[reason] ?? reasonSentences[reason] ?? own[code] ?? sentences[code];
    return t(key, values);
  };
}

/** Tells of an action that failed where there is no better place for it. */
export function useFailureNotice(...words: Parameters<typeof useErrorText>) {
  const errorText = useErrorText(...words);
  return (error: unknown) => {
    notifications.show({ color: "red", message: errorText(error) });
  };
}
