/** The parts of guards that forgive: what is missing or wrong gets a value instead of an error. */
import * as v from "valibot";
import { fitting } from "./parse.ts";

/** What the browser can show as a time. */
export const time = v.custom<string>((value) => typeof value === "string" && !Number.isNaN(Date.parse(value)));
export const words = v.fallback(v.string(), "");
export const maybeTime = v.fallback(v.nullable(time), null);

/** Items of a wrong shape are left out, as are those that only a newer server knows. */
export const listOf = <T extends v.GenericSchema>(item: T) =>
  v.pipe(
    v.fallback(v.array(v.unknown()), []),
    v.transform((items) => items.flatMap((value) => fitting(item, value))),
  );

/** Names and values; values that are no text are left out. */
export const strings = v.pipe(
  v.unknown(),
  v.transform((value) =>
    Object.fromEntries(
      Object.entries(value ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
    ),
  ),
);
