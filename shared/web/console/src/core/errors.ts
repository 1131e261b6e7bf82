/** The error that every call to the server ends in when it fails. */
import type { ErrorCode } from "@recado/lib/protocol";

/** Conflicts of answers that name a field instead of a reason. */
const reasonsByField: Partial<Record<string, string>> = {
  window: "window_closed",
  template: "template_unavailable",
  externalId: "claimed",
};

/** What went wrong, as a code that the console words. `offline` is ours: no answer came at all. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly code: ErrorCode | "offline",
    readonly field?: string,
    private readonly word?: string,
  ) {
    super(code);
  }

  /** Which of the faults of its code it is. An answer without a word says it by the field it names. */
  get reason(): string | undefined {
    return this.word ?? (this.code === "conflict" ? reasonsByField[this.field ?? ""] : undefined);
  }

  /** Whether the same request may well succeed later. */
  get passing(): boolean {
    return ["offline", "unavailable", "internal", "rate_limited"].includes(this.code);
  }
}
