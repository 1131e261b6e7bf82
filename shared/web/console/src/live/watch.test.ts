import type { ViewAction } from "@recado/lib/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Watch } from "./watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A browser whose visibility, sent views and confirmations the test sees. */
function browser(visible = true) {
  const sent: ViewAction[] = [];
  const onConfirmed = vi.fn();
  const tab = { visible };
  const watch = new Watch(
    (action) => sent.push(action),
    () => tab.visible,
    onConfirmed,
  );
  const show = (next: boolean) => {
    tab.visible = next;
    watch.visibilityChanged();
  };
  const taken = () => sent.splice(0);
  return { watch, show, taken, onConfirmed };
}

const lists: ViewAction = { action: "view", conversationId: null };
const hidden: ViewAction = { action: "view", conversationId: null, hidden: true };
const one: ViewAction = { action: "view", conversationId: "cv_1" };

describe("Watch", () => {
  test("online: says what is looked at, until it is confirmed", () => {
    const { watch, taken, onConfirmed } = browser();
    watch.looksAt("cv_1");
    expect(taken()).toEqual([]);
    watch.connected(true);
    expect(taken()).toEqual([one]);
    vi.advanceTimersByTime(5_000);
    expect(taken()).toEqual([one]);
    watch.heard();
    watch.heard();
    vi.advanceTimersByTime(60_000);
    expect(taken()).toEqual([]);
    expect(onConfirmed).toHaveBeenCalledTimes(1);
  });

  test("another conversation: said once, nothing is fetched again", () => {
    const { watch, taken, onConfirmed } = browser();
    watch.connected(true);
    watch.heard();
    taken();
    watch.looksAt("cv_1");
    watch.looksAt(null);
    vi.advanceTimersByTime(60_000);
    expect(taken()).toEqual([one, lists]);
    expect(onConfirmed).toHaveBeenCalledTimes(1);
  });

  test("hidden for a moment: nothing is said", () => {
    const { watch, show, taken } = browser();
    watch.connected(true);
    watch.heard();
    taken();
    show(false);
    vi.advanceTimersByTime(29_999);
    show(true);
    vi.advanceTimersByTime(60_000);
    expect(taken()).toEqual([]);
  });

  test("hidden for long: the server is told; looked at again: what is shown is fetched again", () => {
    const { watch, show, taken, onConfirmed } = browser();
    watch.looksAt("cv_1");
    watch.connected(true);
    watch.heard();
    taken();
    show(false);
    vi.advanceTimersByTime(30_000);
    expect(taken()).toEqual([hidden]);
    watch.heard(); // a late answer to the view before
    expect(onConfirmed).toHaveBeenCalledTimes(1);
    show(true);
    expect(taken()).toEqual([one]);
    watch.heard();
    expect(onConfirmed).toHaveBeenCalledTimes(2);
  });

  test("reconnected: said and confirmed again, a hidden one only when it is looked at", () => {
    const { watch, show, taken, onConfirmed } = browser();
    watch.connected(true);
    watch.heard();
    watch.connected(false);
    vi.advanceTimersByTime(60_000);
    watch.connected(true);
    expect(taken()).toEqual([lists, lists]);
    watch.heard();
    expect(onConfirmed).toHaveBeenCalledTimes(2);

    show(false);
    vi.advanceTimersByTime(30_000);
    watch.connected(false);
    watch.connected(true);
    vi.advanceTimersByTime(60_000);
    expect(taken()).toEqual([hidden, hidden]);
    expect(onConfirmed).toHaveBeenCalledTimes(2);
    show(true);
    watch.heard();
    expect(onConfirmed).toHaveBeenCalledTimes(3);
  });

  test("own list: said; another list: what it shows is fetched again when the server has answered", () => {
    const { watch, taken, onConfirmed } = browser();
    watch.lists(true);
    watch.connected(true);
    watch.heard();
    expect(onConfirmed).toHaveBeenLastCalledWith("everything");
    watch.lists(false);
    expect(taken()).toEqual([{ ...lists, own: true }, lists]);
    watch.heard();
    expect(onConfirmed).toHaveBeenLastCalledWith("lists");
    watch.lists(true);
    watch.lists(true);
    watch.heard();
    expect(taken()).toEqual([{ ...lists, own: true }]);
    expect(onConfirmed).toHaveBeenCalledTimes(2);
    watch.connected(false);
    watch.lists(false);
    watch.connected(true);
    watch.heard();
    expect(onConfirmed).toHaveBeenLastCalledWith("everything");
  });

  test("opened in the background: hidden from the start", () => {
    const { watch, show, taken } = browser(false);
    watch.connected(true);
    expect(taken()).toEqual([hidden]);
    show(true);
    expect(taken()).toEqual([lists]);
    watch.close();
    vi.advanceTimersByTime(60_000);
    expect(taken()).toEqual([]);
  });
});
