import type { FrameItem, Message } from "@recado/lib/protocol";
import { expect, test } from "vitest";
import { messageOf } from "../core/testing.ts";
import { calling } from "./alerts.ts";

const frame = (changes: Partial<Message>): FrameItem => {
  const message = messageOf(changes);
  return { type: "message.upserted", conversationId: message.conversationId, message };
};
const mine = (id: string) => id === "cv_1";
const called = (items: FrameItem[], heard = "") => calling(items, mine, heard).map(({ id }) => id);

// B-15
test("an inbound message alerts its assignee once", () => {
  expect(called([frame({ id: "m2" }), frame({ id: "m3" })])).toEqual(["m2", "m3"]);
  expect(called([frame({ id: "m2", version: 2 })], "m2")).toEqual([]);
});

test.each<[string, FrameItem]>([
  ["an answer", frame({ direction: "out" })],
  ["a message to somebody else's conversation", frame({ conversationId: "cv_2" })],
  ["anything that is no message", { type: "pong" }],
])("%s alerts nobody", (_, item) => {
  expect(called([item])).toEqual([]);
});
