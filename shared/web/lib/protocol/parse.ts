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
    throw new ShapeError(`${issue.path?.map(({ key }) => key).join(".")}: ${issue.message}`);
  }
  return result.output;
}

/** The value if it fits, or an empty list: one wrong item must not lose the others of its list. */
export function fitting<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T>[] {
  const result = v.safeParse(schema, value);
  return result.success ? [result.output] : [];
}

/** The items of a list that fit; unknown and wrong ones are left out. */
export function parseItems<T extends v.GenericSchema>(schema: T, text: string): v.InferOutput<T>[] {
  try {
    return parse(v.array(v.unknown()), text).flatMap((item) => fitting(schema, item));
  } catch {
    return [];
  }
}
