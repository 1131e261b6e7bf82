// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { carriesFiles, isComposing, pastedFiles } from "./index.ts";

const clipboard = (data: Record<string, string>, ...names: string[]) =>
  ({
    files: names.map((name) => new File(["x"], name, { type: "image/png" })),
    types: [...Object.keys(data), ...(names.length > 0 ? ["Files"] : [])],
    getData: (format: string) => data[format] ?? "",
  }) as unknown as DataTransfer;
const pasted = (data: Record<string, string>, ...names: string[]) =>
  pastedFiles(clipboard(data, ...names)).map(({ name }) => name);

describe("pastedFiles", () => {
  const cells = { "text/plain": "Producto\tPrecio\r\nAzul\t10\r\n", "text/html": "<table><tr><td>Producto</table>" };
  test.each([
    ["cells of a spreadsheet are text", cells, ["image.png"], []],
    ["text of a word processor is text", { "text/plain": "Hola", "text/html": "<p>Hola</p>" }, ["image.png"], []],
    ["text without markup is text", { "text/plain": "Hola" }, ["image.png"], []],
    ["text alone attaches nothing", { "text/plain": "Hola" }, [], []],
    ["a screenshot is a file", {}, ["image.png"], ["image.png"]],
    ["a picture of a page is a file", { "text/html": '<img src="https://a.example/b.png">' }, ["b.png"], ["b.png"]],
    [
      "a picture of a page with its address is a file",
      {
        "text/plain": "https://a.example/b.png",
        "text/html": '<meta charset="utf-8"><img src="https://a.example/b.png">',
      },
      ["image.png"],
      ["image.png"],
    ],
    ["a picture of a document with blank text is a file", { "text/plain": " \r\n" }, ["image.png"], ["image.png"]],
    ["a file with its name is a file", { "text/plain": "gato.png" }, ["gato.png"], ["gato.png"]],
    ["a file with its path is a file", { "text/plain": "/home/ana/mi gato.png" }, ["mi gato.png"], ["mi gato.png"]],
    ["a file with a path of Windows is a file", { "text/plain": "C:\\Fotos\\gato.png" }, ["gato.png"], ["gato.png"]],
    [
      "several files with their addresses are files",
      { "text/plain": "file:///a/uno.png\nfile:///a/mi%20dos.png\n" },
      ["uno.png", "mi dos.png"],
      ["uno.png", "mi dos.png"],
    ],
  ])("%s", (_, data, names, expected) => {
    expect(pasted(data as Record<string, string>, ...names)).toEqual(expected);
  });
});

test.each([
  ["during a composition (Chrome, Firefox)", { isComposing: true, keyCode: 13 }, true],
  ["that confirms a composition (Safari)", { isComposing: false, keyCode: 229 }, true],
  ["of its own", { isComposing: false, keyCode: 13 }, false],
])("isComposing of a key %s", (_, event, expected) => {
  expect(isComposing(event)).toBe(expected);
});

test("carriesFiles tells dragged files from dragged text", () => {
  expect(carriesFiles(clipboard({ "text/plain": "x" }, "a.png"))).toBe(true);
  expect(carriesFiles(clipboard({ "text/plain": "x" }))).toBe(false);
  expect(carriesFiles(null)).toBe(false);
});
