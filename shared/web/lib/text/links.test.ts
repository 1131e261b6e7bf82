import { describe, expect, test } from "vitest";
import { partsOf, type TextPart, withVisibleMarks } from "./index.ts";

const links = (parts: TextPart[]) => parts.filter((part) => part.kind === "link");
const textOf = (parts: TextPart[]) => parts.map(({ text }) => text).join("");

describe("partsOf", () => {
  test.each([
    // WhatsApp's bold, italic, strikethrough and code.
    ["mira *https://shop.example/promo*", "https://shop.example/promo"],
    ["mira *https://shop.example/promo*, ya", "https://shop.example/promo"],
    ["*la promo: https://shop.example/promo*", "https://shop.example/promo"],
    ["_https://shop.example/a_b_", "https://shop.example/a_b"],
    ["*_https://shop.example/a_*", "https://shop.example/a"],
    ["~https://shop.example/x~", "https://shop.example/x"],
    ["```https://shop.example/code```", "https://shop.example/code"],
    ["https://shop.example/a_", "https://shop.example/a_"],
    ["foo_bar https://shop.example/a_", "https://shop.example/a_"],
    ["*uno\nhttps://shop.example/*", "https://shop.example/*"],
    // Punctuation of sentences.
    ["https://fr.wikipedia.org/wiki/Jeanne_d'Arc", "https://fr.wikipedia.org/wiki/Jeanne_d'Arc"],
    ["'https://shop.example/a'", "https://shop.example/a"],
    ["(https://shop.example/a_(b)).", "https://shop.example/a_(b)"],
    ["https://es.wikipedia.org/wiki/Recado_(mensaje)", "https://es.wikipedia.org/wiki/Recado_(mensaje)"],
    ["¿https://shop.example/a?", "https://shop.example/a"],
    ["https://shop.example/a؟", "https://shop.example/a"],
    ["https://shop.example/a#", "https://shop.example/a#"],
    ["https://shop.example/a/", "https://shop.example/a/"],
    ["mira https://a.example/x?y=1.", "https://a.example/x?y=1"],
    ["(www.a.example)", "https://www.a.example/"],
    ["<a href='https://a.example'>x</a>", "https://a.example/"],
    ["看https://example.com/a，好", "https://example.com/a"],
    ["「https://example.com/a」を見て", "https://example.com/a"],
    // Other spellings.
    ["ver WWW.Tienda.Example/oferta", "https://www.tienda.example/oferta"],
    ["HTTPS://Shop.Example/A", "https://shop.example/A"],
    ["https://shop.example/ñandú", "https://shop.example/%C3%B1and%C3%BA"],
    ["https://shop.example/👨‍👩‍👧", "https://shop.example/%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7"],
    ["https://shop.example/x\u200b seguido", "https://shop.example/x"],
  ])("%j links to %s", (text, href) => {
    const parts = partsOf(text);
    expect(links(parts)).toEqual([expect.objectContaining({ href })]);
    expect(textOf(parts)).toBe(text);
  });

  test.each([
    "xhttps://shop.example",
    "javascript:alert(1) data:text/html,x",
    "https://",
    "www.",
    "ftp://shop.example/a",
  ])("%j is no link", (text) => {
    expect(partsOf(text)).toEqual([{ kind: "text", text }]);
  });

  test("several links keep every character between them", () => {
    const text = "uno https://a.example, dos www.b.example/ñ! 👩‍👧";
    const parts = partsOf(text);
    expect(links(parts)).toHaveLength(2);
    expect(textOf(parts)).toBe(text);
  });

  test.each([
    ["\u202ehttps://shop.example/gpj.exe", "[U+202E]https://shop.example/gpj.exe"],
    ["https://shop.example/\u202egpj.exe", "https://shop.example/[U+202E]gpj.exe"],
    ["https://shop.example/\u2067gpj.exe", "https://shop.example/[U+2067]gpj.exe"],
    ["\u2067 https://shop.example/a", "\u2067 https://shop.example/a"],
    ["\u200fhttps://shop.example/a", "[U+200F]https://shop.example/a"],
    ["\u202d sin enlace", "[U+202D] sin enlace"],
    ["\u202bשלום\u202c", "\u202bשלום\u202c"],
  ])("direction marks in %j are visible as %s", (text, seen) => {
    expect(textOf(partsOf(text))).toBe(seen);
  });

  test.each([
    ["brackets", `https://shop.example/${")".repeat(30_000)}`],
    ["marks", `${"\u200b".repeat(30_000)}https://shop.example/a`],
    ["addresses", "*www.a.b/_*".repeat(3_000)],
    ["stars", `${"*".repeat(30_000)}https://shop.example/${"*".repeat(30_000)}`],
  ])("a text of many %s is read at once", (_, text) => {
    const began = performance.now();
    partsOf(text);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

test("withVisibleMarks spells out every direction mark and nothing else", () => {
  expect(withVisibleMarks("factura\u202efdp.exe")).toBe("factura[U+202E]fdp.exe");
  expect(withVisibleMarks("\u061c\u200e\u200f\u202a\u2069")).toBe("[U+061C][U+200E][U+200F][U+202A][U+2069]");
  expect(withVisibleMarks("पा\u200dई 👩‍👩‍👧 ñ")).toBe("पा\u200dई 👩‍👩‍👧 ñ");
});
