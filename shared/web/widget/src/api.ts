/** The calls to the server. What goes wrong comes as a code; `offline` is ours: no answer came at all. */
import { type ErrorCode, parse, visitorError } from "@recado/lib/protocol/visitor";
import type { GenericSchema, InferOutput } from "valibot";

export class Refusal extends Error {
  override name = "Refusal";
  constructor(
    readonly code: ErrorCode | "offline",
    /** In milliseconds, if the server said so. */
    readonly retryAfter?: number,
  ) {
    super(code);
  }

  /** Whether the same request may well succeed later. */
  get passing(): boolean {
    return ["offline", "unavailable", "internal", "rate_limited"].includes(this.code);
  }
}

/** A bug is treated as an answer that was not understood: it may pass. */
export const refusalOf = (error: unknown): Refusal => (error instanceof Refusal ? error : new Refusal("internal"));

const PATIENCE = 30_000;

export class Api {
  token: string | null = null;
  /** Called with the token that the server no longer takes; another is there when it is done. */
  renew: (stale: string | null) => Promise<void> = async () => {};

  async get<T extends GenericSchema>(path: string, schema: T): Promise<InferOutput<T>> {
    return parse(schema, await this.call("GET", path));
  }

  async post<T extends GenericSchema>(path: string, body: unknown, schema: T): Promise<InferOutput<T>> {
    return parse(schema, await this.call("POST", path, body));
  }

  /** For calls whose answer says nothing but that it worked. */
  async tell(path: string, body: unknown): Promise<void> {
    await this.call("POST", path, body);
  }

  private async call(method: string, path: string, body?: unknown, again = path !== "/sessions"): Promise<string> {
    const { token } = this;
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token && path !== "/sessions") headers.Authorization = `Bearer ${token}`;
    let response: Response;
    let text: string;
    try {
      // Without cookies: the console of the same host has some, which are none of a visitor's business.
      response = await fetch(`/widget/v1${path}`, {
        method,
        headers,
        credentials: "omit",
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE),
      });
      text = await response.text();
    } catch {
      throw new Refusal("offline");
    }
    if (response.ok) return text;
    const refusal = failureOf(response, text);
    if (refusal.code !== "unauthenticated" || !again) throw refusal;
    await this.renew(token);
    return this.call(method, path, body, false);
  }
}

function failureOf({ status, headers }: Response, text: string): Refusal {
  const seconds = Number(headers.get("Retry-After"));
  const retryAfter = seconds > 0 ? Math.min(seconds, 3600) * 1000 : undefined;
  try {
    return new Refusal(parse(visitorError, text).error.code, retryAfter);
  } catch {
    // A gateway answered instead of the server: its body says nothing to us.
    const code =
      status === 429 ? "rate_limited" : status === 413 ? "too_large" : status >= 500 ? "unavailable" : "invalid";
    return new Refusal(status === 401 ? "unauthenticated" : code, retryAfter);
  }
}
