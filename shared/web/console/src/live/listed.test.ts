import { expect, test } from "vitest";
import { at, conversationOf } from "../core/testing.ts";
import { nextAfter, setListed } from "./listed.ts";

const row = (id: string, more = {}) => conversationOf({ id, ...more });

test.each([
  ["the next one below", ["a", "b", "c"], "b", "c"],
  ["a resolved row is passed over", ["a", "b", "done", "c"], "b", "c"],
  ["below the last one, who has waited longest", ["a", "late", "early", "b"], "b", "early"],
  ["below the last one where nobody waits, the first", ["a", "c", "b"], "b", "a"],
  ["from a conversation that the list does not have", ["a", "early"], "b", "early"],
  ["nothing but itself", ["b", "done"], "b", undefined],
  ["an empty list", [], "b", undefined],
])("nextAfter, %s", (_, ids, from, next) => {
  const more: Record<string, object> = {
    done: { status: "resolved" },
    late: { waitingSince: at(9) },
    early: { waitingSince: at(2) },
  };
  setListed(ids.map((id) => row(id, more[id])));
  expect(nextAfter(from)?.id).toBe(next);
});
