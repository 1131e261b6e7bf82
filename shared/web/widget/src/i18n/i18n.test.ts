import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import en from "./en.json";
import es from "./es.json";
import pt from "./pt.json";

const sources = readdirSync(new URL("..", import.meta.url), { recursive: true, encoding: "utf8" }).filter(
  (path) => /\.tsx?$/.test(path) && !path.includes(".test."),
);
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

describe.each(Object.entries({ en, es, pt } as Record<string, Record<string, string>>))(
  "catalogue %s",
  (_, catalogue) => {
    test("has the keys of English, sorted", () => {
      expect(Object.keys(catalogue)).toEqual(Object.keys(en).toSorted());
    });

    test("has no empty text", () => {
      expect(Object.entries(catalogue).filter(([, value]) => value.trim() === "")).toEqual([]);
    });

    test("has the placeholders of English", () => {
      const gaps = (text = "") => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();
      for (const [key, value] of Object.entries(en)) expect([key, gaps(catalogue[key])]).toEqual([key, gaps(value)]);
    });
  },
);

test("every key is used", () => {
  const text = sources.map(read).join("\n");
  const stem = (key: string) => key.replace(/_(one|other)$/, "");
  expect(Object.keys(en).filter((key) => !text.includes(`"${stem(key)}"`))).toEqual([]);
});

test("components contain no texts", () => {
  const sentence = /(?:>|(?:aria-label|title|placeholder|alt)=")\s*(\p{Lu}\p{L}+(?: \p{L}+)*)\s*[<"]/gu;
  const found = sources
    .filter((path) => path.endsWith(".tsx"))
    .flatMap((path) => [...read(path).matchAll(sentence)].map(([, words]) => `${path}: ${words}`));
  expect(found).toEqual([]);
});
