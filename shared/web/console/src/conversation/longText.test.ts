import { partsOf } from "@recado/lib/text";
import { expect, test } from "vitest";
import { beginningOf } from "./longText.ts";

const shownOf = (text: string) => beginningOf(partsOf(text));
const address = `https://tienda.example/${"a".repeat(1_200)}`;

test.each([
  ["", 0],
  ["hola", 0],
  ["una línea\n".repeat(30), 0],
  ["z".repeat(1_800), 0],
  [`mira ${address}`, 0],
])("%.20s… is shown whole", (text) => {
  expect(shownOf(text)).toBeUndefined();
});

test.each([
  ["one word", "z".repeat(65_536), `${"z".repeat(1_500)}…`],
  ["lines", "una línea\n".repeat(3_000), `${"una línea\n".repeat(29)}una línea…`],
  ["emojis", "👩‍👩‍👧".repeat(1_000), `${"👩‍👩‍👧".repeat(187)}…`],
  ["one character", `o${"\u0336".repeat(9_000)}`, "…"],
])("a text of many %s is shown from its beginning, without a part of a character", (_, text, beginning) => {
  expect(shownOf(text)).toEqual([{ kind: "text", text: beginning }]);
});

test("a link whose text is cut leads where the whole one does", () => {
  expect(shownOf(`${"z".repeat(600)} ${address}`)).toEqual([
    { kind: "text", text: `${"z".repeat(600)} ` },
    { kind: "link", text: `${address.slice(0, 899)}…`, href: address },
  ]);
});
