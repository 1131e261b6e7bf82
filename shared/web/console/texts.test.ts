import { languages } from "@recado/lib/protocol";
import { describe, expect, test } from "vitest";
import { textFolders, textsOf } from "./dev/catalogues.ts";
import { modulesBelow } from "./dev/imports.ts";
import { textsMissing } from "./dev/textUse.ts";

const sources = new Map(
  [...modulesBelow(new URL("src/", import.meta.url).pathname)].filter(([path]) => !path.includes(".test.")),
);

/** The plural forms of a key are used by what they have in common. */
const stem = (key: string) => key.replace(/_(one|other)$/, "");

describe.each(textFolders)("texts of %s", (folder) => {
  const en = textsOf(folder, "en");

  test.each(languages)("%s: same keys and placeholders, no empty value", (language) => {
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

test("keys are unique over all folders", () => {
  const keys = textFolders.flatMap((folder) => Object.keys(textsOf(folder, "en")));
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test("components contain no literal texts", () => {
  const sentence = /(?:>|(?:label|title|placeholder|alt)=")\s*(\p{Lu}\p{L}+(?: \p{L}+)+)\s*[<"]/gu;
  const found = [...sources].flatMap(([path, source]) =>
    path.endsWith(".tsx") ? [...source.matchAll(sentence)].map(([, text]) => `${path}: ${text}`) : [],
  );
  expect(found).toEqual([]);
});

const folderOfKey = new Map(
  textFolders.flatMap((folder) => Object.keys(textsOf(folder, "en")).map((key) => [stem(key), folder] as const)),
);
const channels = {
  setup: "channels/setup.ts",
  registry: "channels/registry.ts",
  folders: textFolders.filter((folder) => folder.startsWith("channels/")),
};

test("lazy code is loaded with its texts", () => {
  expect(textsMissing(sources, "app/main.tsx", folderOfKey, channels)).toEqual([]);
});

describe("textsMissing", () => {
  const keys = new Map([
    ["ui.close", "ui"],
    ["inbox.title", "inbox"],
    ["pigeon.fly", "channels/pigeon"],
  ]);
  const own = { ...channels, folders: ["channels/pigeon"] };
  const missing = (main: string, rest: Record<string, string> = {}) =>
    textsMissing(new Map(Object.entries({ "app/main.tsx": main, ...rest })), "app/main.tsx", keys, own);
  const inbox = { "inbox/Inbox.tsx": 'import "./Title.tsx"', "inbox/Title.tsx": 't("inbox.title"); t("ui.close")' };
  const imported = 'import { inboxTexts } from "../inbox/texts/index.ts"; ';

  test.each([
    ["without them", 'import("../inbox/Inbox.tsx")'],
    ["with others", 'withTexts([otherTexts], () => import("../inbox/Inbox.tsx"))'],
  ])("lazy code %s", (_, loading) => {
    expect(missing(imported + loading, inbox)).toEqual([
      "inbox/Title.tsx shows texts of inbox; inbox/Inbox.tsx is loaded without them",
    ]);
  });

  test("initial code has common texts only", () => {
    expect(missing('t("ui.close"); t("inbox.title")')).toEqual([
      "app/main.tsx shows texts of inbox; app/main.tsx is loaded without them",
    ]);
  });

  test.each([
    ["in a list", 'withTexts([inboxTexts], () => import("../inbox/Inbox.tsx"))'],
    ["in a list with a name", 'const list = [inboxTexts]; screen(list, () => import("../inbox/Inbox.tsx"), "Inbox")'],
    ["in a list of lists", 'const a = [inboxTexts]; withTexts([...a], () => import("../inbox/Inbox.tsx"))'],
  ])("texts %s count as loaded", (_, loading) => {
    expect(missing(imported + loading, inbox)).toEqual([]);
  });

  test("nested lazy code has its importer's texts", () => {
    const rest = { "inbox/Inbox.tsx": 'import("./Menu.tsx")', "inbox/Menu.tsx": 't("inbox.title")' };
    expect(missing(`${imported}withTexts([inboxTexts], () => import("../inbox/Inbox.tsx"))`, rest)).toEqual([]);
  });

  test("channel setup needs all channels' texts", () => {
    const rest = { "settings/Page.tsx": 'import "../channels/setup.ts"', "channels/setup.ts": "" };
    expect(missing('import("../settings/Page.tsx")', rest)).toEqual([
      "channels/setup.ts shows texts of channels/pigeon; settings/Page.tsx is loaded without them",
    ]);
    expect(missing('withTexts([...channelTexts], () => import("../settings/Page.tsx"))', rest)).toEqual([]);
  });
});
