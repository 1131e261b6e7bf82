import { describe, expect, test } from "vitest";
import { circles, importsOf, type Layers, modulesBelow, specifiersOf, wrongArrows } from "./dev/imports.ts";

const below = ["core", "ui", "api"];
const feature = [...below, "channels", "templates", "live"];
const features = ["auth", "inbox", "conversation", "contact", "settings"];

/** The layers, lowest first. A module imports from its own folder, and what the table says. */
const layers: Layers = {
  core: { why: "errors, clock and texts are below everything else.", may: [] },
  ui: { why: "components and words that know neither the server's API nor a feature.", may: ["core"] },
  api: { why: "requests and queries know nothing of how answers are shown.", may: ["core"] },
  templates: { why: "words for message templates, shared by two features.", may: ["core"] },
  "channels/*": {
    why: "a channel does not know the others; of channels/ itself it needs the descriptor's type only.",
    may: [...below, "channels"],
  },
  channels: { why: "the registry of channels is below the features that show channels.", may: ["core", "channels/*"] },
  live: { why: "keeps the query cache up to date, draws nothing and knows no feature.", may: ["core", "api"] },
  auth: { why: "before sign-in there is no connection and no channel.", may: below },
  start: { why: "what a new account does first: it leads to the features and knows none.", may: feature },
  inbox: { why: "a feature does not know the others; it has the checklist in its place.", may: [...feature, "start"] },
  conversation: {
    why: "a feature does not know the others, except that an open conversation shows its contact beside it.",
    may: [...feature, "contact"],
  },
  contact: { why: "a feature does not know the others.", may: feature },
  settings: { why: "a feature does not know the others.", may: feature },
  shell: { why: "the frame around the features; the router puts them into it.", may: [...below, "live"] },
  app: { why: "composes everything.", may: [...feature, ...features, "start", "shell"] },
};

const modules = modulesBelow(new URL("./src/", import.meta.url).pathname);
const imports = importsOf(modules);

test("imports follow the layers", () => {
  expect(wrongArrows(modules, layers, imports)).toEqual([]);
});

test("imports have no cycles", () => {
  expect(circles(modules, imports)).toEqual([]);
});

describe("checker", () => {
  const made = (sources: Record<string, string>) => new Map(Object.entries(sources));
  const table: Layers = {
    low: { why: "it is the lowest.", may: [] },
    "parts/*": { why: "parts do not know each other.", may: ["low"] },
    high: { why: "it shows parts.", may: ["low", "parts/*"] },
  };

  test("specifiersOf finds every kind of import", () => {
    const source = `
      import "./effect.ts";
      import type { A } from "./type.ts";
      import { b } from "./value.ts";
      export { c } from "./again.ts";
      export * from "./all.ts";
      declare module "./merged.ts" { interface D {} }
      let e: import("./inline.ts").E;
      const text = 'import "./quoted.ts"'; // import "./comment.ts"
      const load = async () => <p>{(await import("./later.ts")).f}</p>;
    `;
    const found = specifiersOf(source);
    expect(found.filter(({ kind }) => kind === "static").map(({ specifier }) => specifier)).toEqual([
      "./effect.ts",
      "./type.ts",
      "./value.ts",
      "./again.ts",
      "./all.ts",
      "./merged.ts",
      "./inline.ts",
    ]);
    expect(found.filter(({ kind }) => kind === "dynamic")).toEqual([{ specifier: "./later.ts", kind: "dynamic" }]);
  });

  test.each([
    ["down", { "high/a.ts": 'import "../low/b.ts"; import "../parts/x/c.ts"', "low/b.ts": "", "parts/x/c.ts": "" }, []],
    [
      "up",
      { "low/b.ts": 'import type { A } from "../high/a.ts"', "high/a.ts": "" },
      ["low/b.ts imports high/a.ts, but low: it is the lowest."],
    ],
    [
      "up, later",
      { "low/b.ts": 'const a = () => import("../high/a.ts")', "high/a.ts": "" },
      ["low/b.ts imports high/a.ts, but low: it is the lowest."],
    ],
    [
      "from one part to another",
      { "parts/x/c.ts": 'import "../y/d.ts"', "parts/y/d.ts": "" },
      ["parts/x/c.ts imports parts/y/d.ts, but parts/*: parts do not know each other."],
    ],
    ["inside a part", { "parts/x/c.ts": 'import "./e/d.ts"', "parts/x/e/d.ts": "" }, []],
    [
      "out of the console",
      { "low/b.ts": 'import "../../lib/text/index.ts"' },
      ["low/b.ts imports ../lib/text/index.ts, which is outside: use a package of lib"],
    ],
    [
      "from a folder that the table does not know",
      { "new/f.ts": 'import "../low/b.ts"', "low/b.ts": "" },
      ["new/f.ts is in a folder that the table does not know: say there what it may import, and why"],
    ],
  ])("wrongArrows: %s", (_, sources, wrong) => {
    expect(wrongArrows(made(sources as Record<string, string>), table)).toEqual(wrong);
  });

  test("circles: type, value and dynamic imports", () => {
    const circle = made({
      "low/a.ts": 'import type { B } from "./b.ts"',
      "low/b.ts": 'export { c } from "./c.ts"',
      "low/c.ts": 'const a = () => import("./a.ts")',
      "low/d.ts": 'import "./a.ts"',
    });
    expect(circles(circle)).toEqual(["low/a.ts → low/b.ts → low/c.ts → low/a.ts"]);
  });

  test("circles: a diamond is none", () => {
    const fork = made({
      "low/a.ts": 'import "./b.ts"; import "./c.ts"',
      "low/b.ts": 'import "./c.ts"',
      "low/c.ts": "",
    });
    expect(circles(fork)).toEqual([]);
  });
});
