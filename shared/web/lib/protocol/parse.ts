/** Parsing of JSON that comes from the server. */
import * as v from "valibot";

/** The server answered something else than its contract says. */
export class ShapeError extends Error {
  override name = "ShapeError";
}

export function parse<T extends v.GenericSchema>(schema: T, text: string): v.InferOutput<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ShapeError("not JSON");
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const issue = result.issues[0];
    throw new ShapeError(`${v.getDotPath(issue) ?? "value"}: ${issue.message}`);
  }
  return result.output;
}

/** The value if it fits, or an empty list: one wrong item must not lose the others of its list. */
export function fitting<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T>[] {
  const result = v.safeParse(schema, value);
  return result.success ? [result.output] : [];
}

export interface ParsedList<T> {
  items: T[];
  nextCursor: string | null;
  /** What does not fit. It is not shown, and must not keep the others from being shown. */
  leftOut: unknown[];
}

const page = v.object({ items: v.array(v.unknown()), nextCursor: v.nullable(v.string()) });

/** A page of a list. Only the list itself has to have the right shape. */
export function parseList<T extends v.GenericSchema>(schema: T, text: string): ParsedList<v.InferOutput<T>> {
  const { items: values, nextCursor } = parse(page, text);
  return { ...sorted(schema, values), nextCursor };
}

/** Splits values into those that fit and the others. */
export function sorted<T extends v.GenericSchema>(
  schema: T,
  values: readonly unknown[],
): { items: v.InferOutput<T>[]; leftOut: unknown[] } {
  const items: v.InferOutput<T>[] = [];
  const leftOut: unknown[] = [];
  for (const value of values) {
    const result = v.safeParse(schema, value);
    if (result.success) items.push(result.output);
    else leftOut.push(value);
  }
  return { items, leftOut };
}

/** The items of a list that fit; unknown and wrong ones are left out. */
export function parseItems<T extends v.GenericSchema>(schema: T, text: string): v.InferOutput<T>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.flatMap((item) => fitting(schema, item)) : [];
}
