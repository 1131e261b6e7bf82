// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";
import { copied } from "./clipboard.ts";

afterEach(() => vi.unstubAllGlobals());

// S0-30
describe("copied", () => {
  const field = () => {
    const made = document.createElement("textarea");
    made.value = "<script>";
    document.body.append(made);
    return made;
  };
  const refusing = { clipboard: { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) } };

  test("writes to the clipboard", async () => {
    const writeText = vi.fn(async () => {});
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    expect(await copied("<script>", null)).toBe(true);
    expect(writeText).toHaveBeenCalledWith("<script>");
  });

  test.each([
    ["refuses", refusing],
    ["has none", {}],
  ])("clipboard that %s: falls back to execCommand", async (_, navigator) => {
    vi.stubGlobal("navigator", navigator);
    document.execCommand = vi.fn(() => true);
    const made = field();
    expect(await copied("<script>", made)).toBe(true);
    expect([document.activeElement, made.selectionStart, made.selectionEnd]).toEqual([made, 0, 8]);
  });

  test("resolves to false when nothing works", async () => {
    vi.stubGlobal("navigator", refusing);
    document.execCommand = () => false;
    expect(await copied("<script>", field())).toBe(false);
    expect(await copied("<script>", null)).toBe(false);
  });
});
