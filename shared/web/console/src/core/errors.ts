/** The error of every failed request. */
import type { ErrorCode } from "@recado/lib/protocol";

/** Reasons of conflicts in responses that name a field but no reason. */
const reasonsByField: Partial<Record<string, string>> = {
  window: "window_closed",
  template: "template_unavailable",
  externalId: "claimed",
};

/** `code` is the server's error code; `offline` means that there was no response. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly code: ErrorCode | "offline",
    readonly field?: string,
    private readonly ownReason?: string,
    /** Seconds until the same call may succeed. */
    readonly retryAfter?: number,
  ) {
    super(code);
  }

  /** Tells errors of one code apart. Derived from the field when the response has no reason. */
  get reason(): string | undefined {
    if (this.code === "invalid" && this.field === "password") return "weak_password"; // forms check the length
    return this.ownReason ?? (this.code === "conflict" ? reasonsByField[this.field ?? ""] : undefined);
  }

  /** Whether a retry may succeed. */
  get passing(): boolean {
    return ["offline", "unavailable", "internal", "rate_limited"].includes(this.code);
  }
}
