import { readdirSync, readFileSync } from "node:fs";
import { channel } from "@recado/lib/protocol";
import { parse } from "valibot";
import { describe, expect, test } from "vitest";
import golden from "../lib/protocol/testdata/channel.json" with { type: "json" };
import { textFolders, textsOf } from "./dev/catalogues.ts";
import { channelOf, channelTypes } from "./src/channels/index.ts";
import * as registry from "./src/channels/registry.ts";

const root = new URL("../", import.meta.url).pathname;
const channels = "console/src/channels/";

const folders = readdirSync(root + channels, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Types and brand names. One as short as "Web" is an ordinary word. */
const names = [...new Set(folders.flatMap((type) => [type, channelOf(type).name.toLowerCase()]))].filter(
  (name) => name.length > 3,
);

/** Product code is what is built: tests, test data and a channel's own folder may name it. */
const isProduct = (path: string): boolean =>
  /\.(tsx?|css|json|html)$/.test(path) &&
  !/node_modules\/|\/dist\/|\/testdata\/|\.test\.|^console\/dev\//.test(path) &&
  !folders.some((type) => path.startsWith(`${channels}${type}/`)) &&
  // Generated from the server's types.
  !/\/generated\//.test(path);

/** Where a source names a channel, without the registry's own lines. */
function namedIn(path: string, source: string): string[] {
  return source.split("\n").flatMap((line, index) => {
    const text = line.toLowerCase();
    if (path === `${channels}registry.ts` && /^export \{ (\w+) \} from "\.\/\1\/index\.ts";$/.test(line)) return [];
    return names
      .filter((name) => text.includes(name))
      .map((name) => `${path}:${index + 1} names ${name}: what is true of one channel belongs into ${channels}`);
  });
}

test("no channel is named outside its folder", () => {
  const found = ["console/src", "widget/src", "loader", "lib"].flatMap((top) =>
    readdirSync(`${root}${top}`, { recursive: true, encoding: "utf8" })
      .map((path) => `${top}/${path}`)
      .filter(isProduct)
      .flatMap((path) => namedIn(path, readFileSync(root + path, "utf8"))),
  );
  expect([...new Set(found)]).toEqual([]);
});

test("registry and folders match", () => {
  expect(channelTypes.toSorted()).toEqual(folders.toSorted());
  expect(Object.keys(registry).toSorted()).toEqual(folders.toSorted());
});

test("namedIn finds names in any case", () => {
  const [name = ""] = folders;
  expect(namedIn("console/src/ui/x.ts", `if (type === "${name.toUpperCase()}") {}`)).toHaveLength(1);
  expect(namedIn("console/src/channels/registry.ts", `export { ${name} } from "./${name}/index.ts";`)).toEqual([]);
  expect(namedIn("console/src/channels/registry.ts", `const first = "${name}";`)).toHaveLength(1);
  expect(namedIn("console/src/ui/x.ts", "if (type === other) {}")).toEqual([]);
});

describe.each(folders)("channel %s", (type) => {
  test("text keys start with the type", () => {
    const has = textFolders.includes(`channels/${type}`);
    const texts = has ? textsOf(`channels/${type}`, "en") : {};
    expect(Object.keys(texts).filter((key) => !key.startsWith(`${type}.`))).toEqual([]);
    expect((registry as Record<string, { texts?: unknown }>)[type]?.texts !== undefined).toBe(has);
  });

  test("badge contrast is at least 3:1", () => {
    expect(contrastWithWhite(channelOf(type).color)).toBeGreaterThanOrEqual(3);
  });
});

test("unknown channel has a neutral descriptor", () => {
  expect(parse(channel, { ...golden, type: "carrier-pigeon" }).type).toBe("carrier-pigeon");
  const unknown = channelOf("carrier-pigeon");
  expect(unknown).toMatchObject({ name: "carrier-pigeon" });
  expect(contrastWithWhite(unknown.color)).toBeGreaterThanOrEqual(3);
});

/** WCAG 2.2, relative luminance. */
function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
