import { describe, expect, test } from "vitest";
import { messageOf } from "../core/testing.ts";
import { inOrder, mergedMessage, withMessage } from "./messages.ts";
import { pagesOf } from "./testing.ts";

/** Two pages, newest first, items in a page oldest first; older ones exist. */
const loaded = pagesOf(
  [
    [messageOf({ id: "m5" }), messageOf({ id: "m7" })],
    [messageOf({ id: "m2" }), messageOf({ id: "m4" })],
  ],
  true,
);
const ids = (data: typeof loaded) => inOrder(data).map(({ id }) => id);

describe("withMessage", () => {
  test("adds a new one at the end", () => {
    expect(ids(withMessage(loaded, messageOf({ id: "m8" })))).toEqual(["m2", "m4", "m5", "m7", "m8"]);
  });

  test.each([
    ["m6", ["m2", "m4", "m5", "m6", "m7"]],
    ["m3", ["m2", "m3", "m4", "m5", "m7"]],
  ])("inserts a late %s by id", (id, expected) => {
    expect(ids(withMessage(loaded, messageOf({ id })))).toEqual(expected);
  });

  test("ignores one older than all pages", () => {
    expect(withMessage(loaded, messageOf({ id: "m1" }))).toBe(loaded);
    const whole = pagesOf([[messageOf({ id: "m5" })]]);
    expect(ids(withMessage(whole, messageOf({ id: "m1" })))).toEqual(["m1", "m5"]);
  });

  test("adds the first message of a conversation", () => {
    expect(ids(withMessage(pagesOf<ReturnType<typeof messageOf>>([[]]), messageOf({ id: "m1" })))).toEqual(["m1"]);
  });

  // S1-23
  test("status never moves back", () => {
    const sent = pagesOf([[messageOf({ status: "sent", version: 2 })]]);
    const read = withMessage(sent, messageOf({ status: "read", version: 4 }));
    expect(inOrder(withMessage(read, messageOf({ status: "delivered", version: 3 })))[0]?.status).toBe("read");
  });

  test("a repeated frame changes nothing", () => {
    const data = pagesOf([[messageOf({ version: 2 })]]);
    expect(inOrder(withMessage(data, messageOf({ version: 2 })))).toEqual(inOrder(data));
  });
});

describe("mergedMessage", () => {
  test("a partial one changes the status, keeps the text", () => {
    const known = messageOf({ text: "un texto largo", status: "sent", version: 1 });
    const next = mergedMessage(known, messageOf({ text: "", status: "read", version: 2 }), true);
    expect(next).toMatchObject({ text: "un texto largo", status: "read", version: 2 });
  });

  test("the full message completes a partial one", () => {
    const partial = messageOf({ text: "", version: 2 });
    expect(mergedMessage(partial, messageOf({ text: "entero", version: 2 })).text).toBe("entero");
  });

  test("a partial one never replaces the full message", () => {
    const whole = messageOf({ text: "entero", version: 2 });
    expect(mergedMessage(whole, messageOf({ text: "", version: 2 }), true)).toBe(whole);
  });
});
