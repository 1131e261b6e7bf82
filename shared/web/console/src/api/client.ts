import { errorAnswer, parse, parseList } from "@recado/lib/protocol";
import type { GenericSchema, InferOutput } from "valibot";
import { ApiError } from "../core/errors.ts";
import { leftOut } from "../core/leftOut.ts";
import { reach } from "../core/reach.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Answers of a gateway whose server did not answer. */
const gatewayFailures = new Set([502, 503, 504]);

let signedOut = () => {};

/** Registers what to do when the session has ended. */
export function onSignedOut(run: () => void): void {
  signedOut = run;
}

interface CallOptions {
  signal?: AbortSignal;
  /** Idempotency key: a request with the same key gets the first response again. */
  key?: string;
}

async function call(method: Method, path: string, body?: unknown, { signal, key }: CallOptions = {}): Promise<string> {
  let response: Response;
  let text: string;
  const done = reach.asked();
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: "same-origin",
      headers: {
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(key && { "Idempotency-Key": key }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    text = await response.text();
  } catch (error) {
    done(signal?.aborted ? undefined : false);
    if (signal?.aborted) throw error;
    throw new ApiError("offline");
  }
  done(!gatewayFailures.has(response.status));
  if (response.ok) return text;
  const failure = failureOf(response.status, text);
  if (failure.code === "unauthenticated" && !path.startsWith("/auth/")) signedOut();
  throw failure;
}

function failureOf(status: number, text: string): ApiError {
  try {
    const { error } = parse(errorAnswer, text);
    return new ApiError(error.code, error.field, error.reason, error.retryAfter);
  } catch {
    // A gateway answered instead of the server, with another body.
    return new ApiError(status === 429 ? "rate_limited" : status >= 500 ? "unavailable" : "invalid");
  }
}

export const get = async <T extends GenericSchema>(
  path: string,
  schema: T,
  signal?: AbortSignal,
): Promise<InferOutput<T>> => parse(schema, await call("GET", path, undefined, { signal }));

/** A page of a list. Rows of a wrong shape are left out and counted. */
export async function getList<T extends GenericSchema>(
  path: string,
  item: T,
  signal?: AbortSignal,
): Promise<{ items: InferOutput<T>[]; nextCursor: string | null }> {
  const { items, nextCursor, leftOut: bad } = parseList(item, await call("GET", path, undefined, { signal }));
  leftOut.note(bad);
  return { items, nextCursor };
}

export const send = async <T extends GenericSchema>(
  method: Method,
  path: string,
  body: unknown,
  schema: T,
  key?: string,
): Promise<InferOutput<T>> => parse(schema, await call(method, path, body, { key }));

/** For requests whose response body is not needed. */
export const tell = async (method: Method, path: string, body?: unknown): Promise<void> => {
  await call(method, path, body);
};

/** Appends a query string. Empty values are left out. */
export function withQuery(path: string, query: Record<string, string | number | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}
