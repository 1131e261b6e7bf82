/** Maps error codes to texts. */
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

/** Texts for reasons that any screen may meet. */
const reasonSentences: Partial<Record<string, Key>> = {
  unsupported: "error.unsupported",
  weak_password: "field.passwordWeak",
};

/** A screen's own texts, by reason. */
export type Reasons = Readonly<Partial<Record<string, Key>>>;

export const codeOf = (error: unknown): ErrorCode | "offline" => (error instanceof ApiError ? error.code : "internal");

/**
 * The text for an error: by reason if there is one, else by code. The screen's own texts come before the general ones.
 * `values` fill the placeholders of the screen's own texts.
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
    const minutes = Math.max(1, Math.ceil((error instanceof ApiError ? (error.retryAfter ?? 0) : 0) / 60));
    return t(key, { ...values, minutes });
  };
}

/** Shows a failed action as a notification. */
export function useFailureNotice(...words: Parameters<typeof useErrorText>) {
  const errorText = useErrorText(...words);
  return (error: unknown) => {
    notifications.show({ color: "red", message: errorText(error) });
  };
}
