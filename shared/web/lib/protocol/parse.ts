/** The one door through which JSON enters the browser. */
import * as v from "valibot";

/** The server answered something that is not the shape both sides agreed on. */
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

/** A frame's items. Those of unknown or wrong shape are left out: one of them must not cost the others. */
export function parseItems<T extends v.GenericSchema>(schema: T, text: string): v.InferOutput<T>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    const result = v.safeParse(schema, item);
    return result.success ? [result.output] : [];
  });
}
