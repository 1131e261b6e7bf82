import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import en from "./en.json";
import es from "./es.json";
import { chooseLanguage, loadCatalogue } from "./index.ts";
import pt from "./pt.json";

const root = new URL("../../", import.meta.url).pathname;

/** The sources below a folder, without tests and what is installed. */
const sourcesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((path) => ending.test(path) && !path.includes("node_modules") && !path.includes(".test."))
    .map((path) => `${root}${folder}/${path}`);

const catalogues: Record<string, Record<string, string>> = { en, es, pt };

/** Keys of the plural forms are used by what they have in common. */
const stem = (key: string) => key.replace(/_(one|other)$/, "");

describe.each(Object.entries(catalogues))("catalogue %s", (_, catalogue) => {
  test("has the keys that English has", () => {
    expect(Object.keys(catalogue).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  test("has no empty value", () => {
    expect(Object.entries(catalogue).filter(([, value]) => value.trim() === "")).toEqual([]);
  });

  test("fills in what English fills in", () => {
    const gaps = (text = "") => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();
    for (const [key, value] of Object.entries(en)) expect([key, gaps(catalogue[key])]).toEqual([key, gaps(value)]);
  });
});

test("every key is used somewhere", () => {
  const sources = [...sourcesIn("console/src", /\.tsx?$/), ...sourcesIn("lib", /\.ts$/)]
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const unused = Object.keys(en).filter((key) => !sources.includes(`"${stem(key)}"`));
  expect(unused).toEqual([]);
});

test("no sentence stands in a component", () => {
  const sentence = /(?:>|(?:label|title|placeholder|alt)=")\s*(\p{Lu}\p{L}+(?: \p{L}+)+)\s*[<"]/gu;
  const found = sourcesIn("console/src", /\.tsx$/).flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(sentence)].map(([, text]) => `${path}: ${text}`),
  );
  expect(found).toEqual([]);
});

describe("chooseLanguage", () => {
  test.each([
    [["pt-BR", "en"], "pt"],
    [["fr", "en-GB"], "en"],
    [["ES-ar"], "es"],
    [["fr"], "es"],
    [[], "es"],
  ] as const)("%j gives %s", (wanted, language) => {
    expect(chooseLanguage(wanted)).toBe(language);
  });
});

test("catalogues load one at a time", async () => {
  expect(await loadCatalogue("pt")).toEqual(pt);
});
