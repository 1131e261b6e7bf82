import { readdirSync, readFileSync } from "node:fs";
import { languages } from "@recado/lib/protocol";
import { describe, expect, test } from "vitest";
import { textFolders, textsOf } from "./dev/catalogues.ts";

const root = new URL("src/", import.meta.url).pathname;

const sources = new Map(
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes(".test."))
    .map((path) => [path, readFileSync(root + path, "utf8")]),
);

/** The plural forms of a key are used by what they have in common. */
const stem = (key: string) => key.replace(/_(one|other)$/, "");

describe.each(textFolders)("texts of %s", (folder) => {
  const en = textsOf(folder, "en");

  test.each(languages)("%s has the keys of English, with the same gaps, and no empty value", (language) => {
    const catalogue = textsOf(folder, language);
    expect(Object.keys(catalogue).toSorted()).toEqual(Object.keys(en).toSorted());
    expect(Object.entries(catalogue).filter(([, value]) => value.trim() === "")).toEqual([]);
    const gaps = (text = "") => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();
    for (const [key, value] of Object.entries(en)) expect([key, gaps(catalogue[key])]).toEqual([key, gaps(value)]);
  });

  test("every key is used", () => {
    const all = [...sources.values()].join("\n");
    expect(Object.keys(en).filter((key) => !all.includes(`"${stem(key)}"`))).toEqual([]);
  });
});

test("no key is in two folders", () => {
  const keys = textFolders.flatMap((folder) => Object.keys(textsOf(folder, "en")));
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test("no sentence stands in a component", () => {
  const sentence = /(?:>|(?:label|title|placeholder|alt)=")\s*(\p{Lu}\p{L}+(?: \p{L}+)+)\s*[<"]/gu;
  const found = [...sources].flatMap(([path, source]) =>
    path.endsWith(".tsx") ? [...source.matchAll(sentence)].map(([, text]) => `${path}: ${text}`) : [],
  );
  expect(found).toEqual([]);
});
