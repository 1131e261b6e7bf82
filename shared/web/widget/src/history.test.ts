import { describe, expect, test, vi } from "vitest";
import { at, messageOf } from "../dev/testing.ts";
import { History, type MessagePage } from "./history.ts";

/** A fake server with `count` messages, one per minute, in pages of three. */
function setUp(count: number) {
  const all = Array.from({ length: count }, (_, i) => messageOf({ id: `m${i}`, sentAt: at(i), text: `${i}` }));
  const page = vi.fn(async (cursor: string | null): Promise<MessagePage> => {
    const end = cursor === null ? all.length : Number(cursor);
    const start = Math.max(0, end - 3);
    return { items: all.slice(start, end), nextCursor: start > 0 ? String(start) : null };
  });
  const history = new History(page);
  const ids = () => history.messages.value.map(({ id }) => id);
  const texts = () => history.messages.value.map(({ text }) => text);
  return { all, page, history, ids, texts };
}
const upserted = (message: ReturnType<typeof messageOf>, partial = false) =>
  ({ type: "message.upserted", message, partial }) as const;

describe("History", () => {
  test("loads the newest page, then older pages", async () => {
    const { history, ids } = setUp(7);
    await history.refresh();
    expect([ids(), history.older.value]).toEqual([["m4", "m5", "m6"], "more"]);
    await history.loadOlder();
    await history.loadOlder();
    expect([ids().length, history.older.value]).toEqual([7, "none"]);
    await history.loadOlder();
    expect(ids()[0]).toBe("m0");
  });

  test("keeps the highest version, in any order of arrival", async () => {
    const { history, all, texts } = setUp(1);
    history.apply(upserted(messageOf({ ...all[0], text: "third", version: 3 })));
    await history.refresh();
    history.apply(upserted(messageOf({ ...all[0], text: "second", version: 2 })));
    expect(texts()).toEqual(["third"]);
  });

  test("partial message updates the status and keeps the text", async () => {
    const { history, all, texts } = setUp(1);
    await history.refresh();
    history.apply(upserted(messageOf({ ...all[0], text: "", status: "read", version: 2 }), true));
    expect(history.messages.value).toMatchObject([{ status: "read", version: 2 }]);
    expect(texts()).toEqual(["0"]);
  });

  test("sorts by time, then by id", () => {
    const { history, ids } = setUp(0);
    for (const [id, minute] of [
      ["b", 5],
      ["c", 1],
      ["a", 5],
    ] as const) {
      history.apply(upserted(messageOf({ id, sentAt: at(minute) })));
    }
    expect(ids()).toEqual(["c", "a", "b"]);
  });

  // C-04
  test("refresh reloads the loaded range and new messages, without a gap", async () => {
    const { history, all, ids, texts } = setUp(6);
    await history.refresh();
    await history.loadOlder();
    all[0] = messageOf({ ...all[0], text: "edited", version: 2 });
    all.splice(2, 1);
    for (let i = 6; i < 14; i++) all.push(messageOf({ id: `m${i}`, sentAt: at(i), text: `${i}` }));
    await history.refresh();
    expect(ids()).toEqual(all.map(({ id }) => id));
    expect(texts()[0]).toBe("edited");
    expect(history.older.value).toBe("none");
  });

  test("refresh keeps messages pushed during it", async () => {
    const { history, page, ids } = setUp(2);
    await history.refresh();
    page.mockImplementationOnce(async () => {
      history.apply(upserted(messageOf({ id: "new", sentAt: at(1) })));
      return {
        items: [messageOf({ id: "m0", sentAt: at(0) }), messageOf({ id: "z", sentAt: at(9) })],
        nextCursor: null,
      };
    });
    await history.refresh();
    expect(ids()).toEqual(["m0", "new", "z"]);
  });

  test("calls during a refresh cause one more refresh", async () => {
    const { history, page } = setUp(1);
    await Promise.all([history.refresh(), history.refresh(), history.refresh()]);
    await vi.waitFor(() => expect(page).toHaveBeenCalledTimes(2));
  });

  test("failed page can be retried", async () => {
    const { history, page, ids } = setUp(5);
    await history.refresh();
    page.mockRejectedValueOnce(new Error("offline"));
    await history.loadOlder();
    expect(history.older.value).toBe("failed");
    await history.loadOlder();
    expect(ids()).toHaveLength(5);
  });

  test("response for a previous visitor is dropped", async () => {
    const { history, ids } = setUp(3);
    const late = history.refresh();
    history.reset();
    await late;
    expect([ids(), history.loaded.value]).toEqual([[], false]);
  });
});
