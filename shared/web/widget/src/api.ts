/** HTTP client of the widget's API. Errors carry the server's code, or `offline` if there was no response. */
import { type ErrorCode, parse, visitorError } from "@recado/lib/protocol/visitor";
import type { GenericSchema, InferOutput } from "valibot";

export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly code: ErrorCode | "offline",
    /** From the Retry-After header, in milliseconds, with up to a tenth more: others were given the same time. */
    readonly retryAfter?: number,
  ) {
    super(code);
  }

  /** Whether the same request can succeed later. */
  get retryable(): boolean {
    return ["offline", "unavailable", "internal", "rate_limited"].includes(this.code);
  }
}

/** Any other exception becomes `internal`, which is retryable. */
export const toApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError("internal"));

const TIMEOUT = 30_000;
/** Calls whose callers show that they wait. Every other call waits by itself when the server asks for it. */
const shown = ["/sessions", "/messages", "/uploads"];

export class Api {
  token: string | null = null;
  /** Called with the rejected token; `token` holds a new one when it resolves. */
  renew: (stale: string | null) => Promise<void> = async () => {};

  async get<T extends GenericSchema>(path: string, schema: T): Promise<InferOutput<T>> {
    return parse(schema, await this.call("GET", path));
  }

  async post<T extends GenericSchema>(path: string, body: unknown, schema: T): Promise<InferOutput<T>> {
    return parse(schema, await this.call("POST", path, body));
  }

  /** A POST whose response body is ignored. */
  async send(path: string, body: unknown): Promise<void> {
    await this.call("POST", path, body);
  }

  private async call(method: string, path: string, body?: unknown, retry = path !== "/sessions"): Promise<string> {
    const { token } = this;
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token && path !== "/sessions") headers.Authorization = `Bearer ${token}`;
    let response: Response;
    let text: string;
    try {
      // No cookies: the console on the same host has some, and they must not be sent here.
      response = await fetch(`/widget/v1${path}`, {
        method,
        headers,
        credentials: "omit",
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      text = await response.text();
    } catch {
      throw new ApiError("offline");
    }
    if (response.ok) return text;
    const failure = failureOf(response, text);
    if (failure.code === "rate_limited" && failure.retryAfter && !shown.includes(path)) {
      await new Promise((resolve) => setTimeout(resolve, failure.retryAfter));
      return this.call(method, path, body, retry);
    }
    if (failure.code !== "unauthenticated" || !retry) throw failure;
    await this.renew(token);
    return this.call(method, path, body, false);
  }
}

function failureOf({ status, headers }: Response, text: string): ApiError {
  const seconds = Number(headers.get("Retry-After"));
  const retryAfter = seconds > 0 ? Math.min(seconds, 3600) * (1000 + Math.random() * 100) : undefined;
  try {
    return new ApiError(parse(visitorError, text).error.code, retryAfter);
  } catch {
    // The response came from a gateway, without our error body.
    const code =
      status === 429 ? "rate_limited" : status === 413 ? "too_large" : status >= 500 ? "unavailable" : "invalid";
    return new ApiError(status === 401 ? "unauthenticated" : code, retryAfter);
  }
}
