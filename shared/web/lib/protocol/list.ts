/** Lists of which one wrong row must not lose the others. */
import * as v from "valibot";
import { parse } from "./parse.ts";

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
