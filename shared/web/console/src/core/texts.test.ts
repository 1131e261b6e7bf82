// @vitest-environment happy-dom
import i18next from "i18next";
import { beforeEach, expect, test, vi } from "vitest";
import { loadTexts, setLanguage, startTexts, type Texts, texts, withTexts } from "./texts.ts";

const t = i18next.t as (key: string) => string;
const fast = (key: string): Texts => {
  const inLanguage = (language: string) => async () => ({ default: { [key]: `${key} ${language}` } });
  return texts({ en: inLanguage("en"), es: inLanguage("es"), pt: inLanguage("pt") });
};
const gated = () => {
  let open = () => {};
  let fail = (_: Error) => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open, fail };
};
/** Texts that stay away until somebody lets them come. */
const slow = (key: string) => {
  const gate = gated();
  const ready = fast(key);
  const bundle: Texts = texts({
    en: () => gate.passed.then(ready.en),
    es: () => gate.passed.then(ready.es),
    pt: () => gate.passed.then(ready.pt),
  });
  return { bundle, arrive: gate.open, fail: gate.fail };
};

beforeEach(async () => {
  localStorage.setItem("recado.language", "es");
  await startTexts(fast("common"));
});

test("startTexts uses the remembered language", () => {
  expect([t("common"), document.documentElement.lang]).toEqual(["common es", "es"]);
});

test("withTexts waits for code and texts", async () => {
  const { bundle, arrive } = slow("screen");
  const done = vi.fn();
  const loading = withTexts([bundle], async () => "code").then(done);
  await new Promise((resolve) => setTimeout(resolve));
  expect(done).not.toHaveBeenCalled();
  arrive();
  await loading;
  expect(done).toHaveBeenCalledWith("code");
  expect(t("screen")).toBe("screen es");
});

test("setLanguage loads texts in use before the change", async () => {
  await loadTexts(fast("inbox"));
  const seen: string[] = [];
  i18next.on("languageChanged", () => seen.push(t("common"), t("inbox")));
  await setLanguage("pt");
  expect(seen).toEqual(["common pt", "inbox pt"]);
  expect([localStorage.getItem("recado.language"), document.documentElement.lang]).toEqual(["pt", "pt"]);
});

test("texts arriving after a change: new language", async () => {
  const { bundle, arrive } = slow("late");
  const loading = loadTexts(bundle);
  await setLanguage("en");
  arrive();
  await loading;
  expect(t("late")).toBe("late en");
});

test("the last of two language changes wins", async () => {
  const gate = gated();
  const ready = fast("both");
  await loadTexts(texts({ ...ready, en: () => gate.passed.then(ready.en) }));
  const first = setLanguage("en");
  await setLanguage("pt");
  gate.open();
  await first;
  expect(i18next.language).toBe("pt");
});

test("failed texts do not block a language change", async () => {
  const { bundle, fail } = slow("lost");
  const loading = loadTexts(bundle);
  fail(new Error("offline"));
  await expect(loading).rejects.toThrow("offline");
  await setLanguage("pt");
  expect(i18next.language).toBe("pt");
});
