import type { Template } from "@recado/lib/protocol";
import { describe, expect, test } from "vitest";
import { at } from "../../core/testing.ts";
import { languageName } from "../../templates/words.ts";
import { templateTextOf } from "../TemplateParts.tsx";
import { styled } from "./styled.ts";
import {
  blockReasonOf,
  draftOf,
  draftWords,
  filled,
  gapsOf,
  headerFile,
  isComplete,
  placeholdersOf,
  usageOf,
  wordsOf,
} from "./templates.ts";

// B-12
describe("templates", () => {
  const template = (more: Partial<Template> = {}): Template => ({
    id: "t1",
    name: "aviso",
    language: "es_AR",
    category: "utility",
    status: "approved",
    quality: "green",
    reason: "",
    updatedAt: at(0),
    header: { format: "text", text: "Pedido {{1}}", parameters: 1, examples: [] },
    body: { text: "Hola {{1}}, llega el {{2}}.", parameters: 2, examples: [] },
    footer: "Malabia",
    buttons: [
      { type: "quick_reply", text: "Gracias", parameter: false },
      { type: "url", text: "Seguir", parameter: true },
    ],
    ...more,
  });
  const complete = {
    ...draftOf(template()),
    header: ["42"],
    body: [" Ana ", "viernes\t\n 4"],
    buttons: { "1": "a42" },
  };

  test("draftOf has a value per parameter", () => {
    expect(draftOf(template())).toMatchObject({ header: [""], body: ["", ""], buttons: { "1": "" } });
    expect(draftOf(template({ header: { format: "image", text: "", parameters: 1, examples: [] } })).header).toEqual(
      [],
    );
  });

  test("usageOf orders values and removes line breaks", () => {
    expect(usageOf(complete)).toEqual({
      name: "aviso",
      language: "es_AR",
      parameters: { header: ["42"], body: ["Ana", "viernes 4"], buttons: { "1": "a42" } },
    });
  });

  test("wordsOf equals the server's text", () => {
    expect(wordsOf(complete)).toBe("Pedido 42\n\nHola Ana, llega el viernes 4.\n\nMalabia");
  });

  // B-12
  test("a sent template looks as in its preview", () => {
    const preview = draftWords(complete, { header: [], body: [] });
    const { name, language, footer, buttons } = complete.template;
    const sent = { text: wordsOf(complete), template: { name, language, heading: "Pedido 42", footer, buttons } };
    expect(templateTextOf(sent)).toEqual(preview);
    const before = templateTextOf({ ...sent, template: { name, language, heading: "", footer: "", buttons: [] } });
    expect(before.body.map(({ text }) => text).join("")).toBe(sent.text);
  });

  test("isComplete needs all parameters and the header's file", () => {
    expect(isComplete(complete)).toBe(true);
    expect(isComplete({ ...complete, body: ["Ana", " "] })).toBe(false);
    expect(isComplete({ ...complete, buttons: { "1": "" } })).toBe(false);
    const picture = {
      ...complete,
      template: template({ header: { format: "image", text: "", parameters: 0, examples: [] } }),
    };
    expect(headerFile(picture.template)).toBe("image");
    expect(isComplete(picture)).toBe(false);
    expect(isComplete({ ...picture, file: new File(["x"], "tapa.jpg") })).toBe(true);
  });

  test("a location header becomes four values", () => {
    const place = {
      ...complete,
      template: template({ header: { format: "location", text: "", parameters: 4, examples: [] } }),
    };
    expect(draftOf(place.template).header).toEqual(["", "", "", ""]);
    const there = { ...place, header: ["-34,6", "-58.4", " Obelisco ", "Av. 9 de Julio"] };
    expect(isComplete(there)).toBe(true);
    expect(usageOf(there).parameters.header).toEqual(["-34.6", "-58.4", "Obelisco", "Av. 9 de Julio"]);
    expect(isComplete({ ...there, header: ["91", "0", "Obelisco", "Av. 9 de Julio"] })).toBe(false);
    expect(isComplete({ ...there, header: ["1", "0", "Obelisco", ""] })).toBe(false);
    expect(wordsOf(there)).toBe("Hola Ana, llega el viernes 4.\n\nMalabia");
  });

  test.each([
    ["{{2}} y {{1}}", 2, ["1", "2"]],
    ["{{nombre}}, {{ fecha }} {{nombre}}", 2, ["nombre", "fecha"]],
    ["{{10}} {{9}}", 2, ["9", "10"]],
    ["{{2}} {{nombre}} {{1}}", 3, ["nombre", "1", "2"]],
    ["sin marcas", 1, ["1"]],
    ["nada", 0, []],
  ])("placeholdersOf %j", (text, count, names) => {
    expect(placeholdersOf(text, count)).toEqual(names);
  });

  test("gapsOf names parameters in words and with the provider's examples", () => {
    const numbered = (number: string) => `Texto ${number}`;
    expect(gapsOf({ text: "{{1}} {{2}}", parameters: 2, examples: ["Ana", "42"] }, numbered)).toEqual([
      { label: "Texto 1", example: "Ana" },
      { label: "Texto 2", example: "42" },
    ]);
    expect(gapsOf({ text: "{{order_number}}", parameters: 1, examples: [] }, numbered)).toEqual([
      { label: "Order number", example: undefined },
    ]);
  });

  test("a gap shows its example, else its name", () => {
    const gaps = [
      { label: "Texto 1", example: "Ana" },
      { label: "Texto 2", example: undefined },
    ];
    const shown = (values: string[]) => filled("{{1}}, {{2}}", values, gaps).map(({ text }) => text);
    expect(shown(["", ""])).toEqual(["Ana", ", ", "Texto 2"]);
    expect(shown([])).toEqual(["Ana", ", ", "Texto 2"]);
    expect(shown(["Luz", "x"])).toEqual(["Luz", ", ", "x"]);
  });

  test("filled marks parameters without a value", () => {
    expect(filled("{{1}} {{2}} {{1}}", ["a", ""])).toEqual([
      { text: "a", gap: false },
      { text: " ", gap: false },
      { text: "{{2}}", gap: true },
      { text: " ", gap: false },
      { text: "a", gap: false },
    ]);
  });

  test("a value is never taken for a parameter", () => {
    expect(wordsOf({ ...complete, header: ["{{1}}"], body: ["{{2}}", "x"] })).toContain("Hola {{2}}, llega el x.");
  });

  test.each([
    ["*negrita* y _cursiva_", ["bold:negrita", " y ", "italic:cursiva"]],
    ["~no~ ```code```", ["strike:no", " ", "code:code"]],
    ["2*3*4 y snake_case_name", ["2*3*4 y snake_case_name"]],
    ["* lista * suelta", ["* lista * suelta"]],
    ["(*sí*).", ["(", "bold:sí", ")."]],
  ])("styled %s", (text, drawn) => {
    const parts = styled([{ text, gap: false }]);
    expect(parts.map(({ text: words, style }) => (style ? `${style}:${words}` : words))).toEqual(drawn);
  });

  test("marks span parameters", () => {
    expect(styled(filled("tu *{{1}} {{2}}* ya", ["pedido", ""]))).toEqual([
      { text: "tu ", style: null, gap: false },
      { text: "pedido ", style: "bold", gap: false },
      { text: "{{2}}", style: "bold", gap: true },
      { text: " ya", style: null, gap: false },
    ]);
  });

  test.each([
    [{}, null],
    [{ status: "paused" as const }, "paused"],
    [{ status: "rejected" as const }, "rejected"],
    [{ header: { format: "location" as const, text: "", parameters: 4, examples: [] } }, null],
    [{ header: { format: "other" as const, text: "", parameters: 0, examples: [] } }, "header"],
    [
      { status: "pending" as const, header: { format: "other" as const, text: "", parameters: 0, examples: [] } },
      "pending",
    ],
  ])("%j cannot be sent: %s", (more, blockReason) => {
    expect(blockReasonOf(template(more))).toBe(blockReason);
  });

  test.each([
    ["es_AR", "es", "español (Argentina)"],
    ["pt_BR", "en", "Brazilian Portuguese"],
    ["zz!", "es", "zz!"],
  ])("%s in %s", (code, reader, name) => {
    expect(languageName(code, reader)).toBe(name);
  });
});
