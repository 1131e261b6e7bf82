import { type Capabilities, type Contact, capabilitiesList } from "@recado/lib/protocol";
import { parse } from "valibot";
import { describe, expect, test } from "vitest";
import known from "../../../../lib/protocol/testdata/capabilities.json" with { type: "json" };
import { at } from "../../core/testing.ts";
import type { ChoicesDraft } from "../../live/outgoing.ts";
import { cardDraftOf, cardFaults, cardOf, emptyCard, isUntouched } from "./cards.ts";
import {
  choiceFaults,
  emptyButton,
  emptyChoices,
  emptySection,
  interactiveOf,
  lengthOf,
  moved,
  rowsIn,
} from "./choices.ts";
import { offered } from "./kinds.ts";
import { emptyLocation, locationOf, pasted } from "./location.ts";

const [whatsapp] = parse(capabilitiesList, known).items;
if (!whatsapp) throw new Error("the golden file holds no channel");

const limits = {
  maxBody: 1024,
  maxFooter: 60,
  maxButtons: 3,
  maxButtonTitle: 20,
  maxListButton: 20,
  maxSections: 10,
  maxRows: 10,
  maxRowTitle: 24,
  maxRowDescription: 72,
};

describe("offered", () => {
  const sticker = {
    type: "sticker" as const,
    mimes: ["image/webp"],
    accept: ["image/webp", ".webp"],
    maxSize: 102_400,
    caption: false,
  };
  const others = whatsapp.attachments.filter(({ type }) => type !== "sticker");
  const able = (types: Capabilities["types"], more = {}) => ({ ...whatsapp, attachments: others, ...more, types });

  test("only types that the channel supports with limits", () => {
    const all: Capabilities["types"] = ["text", "sticker", "location", "contacts", "interactive", "template"];
    expect(offered(able(all, { interactive: limits, attachments: [...others, sticker] }))).toEqual([
      "location",
      "contacts",
      "interactive",
      "sticker",
    ]);
    expect(offered(able(all, { interactive: null }))).toEqual(["location", "contacts"]);
    expect(offered(able(["text", "location"]))).toEqual(["location"]);
  });
});

describe("pasted", () => {
  const obelisk = { latitude: -34.6037, longitude: -58.3816 };
  test.each([
    ["-34.6037, -58.3816", obelisk],
    ["  -34.6037,-58.3816 ", obelisk],
    ["(-34.6037, -58.3816)", obelisk],
    ["−34.6037 −58.3816", obelisk],
    ["-34,6037; -58,3816", obelisk],
    ["-34,6037, -58,3816", obelisk],
    ["0, 0", { latitude: 0, longitude: 0 }],
    [`34°36'13.32"S 58°22'53.76"W`, obelisk],
    [`34° 36′ 13,32″ S, 58° 22′ 53,76″ O`, obelisk],
    ["https://www.google.com/maps/@-34.6037,-58.3816,15z", obelisk],
    ["https://www.google.com.ar/maps?q=-34.6037,-58.3816&z=17", obelisk],
    ["https://maps.google.com/?ll=-34.6037,-58.3816", obelisk],
    ["https://www.google.com/maps/search/?api=1&query=-34.6037%2C-58.3816", obelisk],
    ["https://www.google.com/maps/search/-34.6037,+-58.3816?entry=tts", obelisk],
    ["https://www.google.com/maps/dir//-34.6037,-58.3816", obelisk],
    // The pin comes before the map's centre.
    ["https://www.google.com/maps/place/Obelisco/@-34.5,-58.1,17z/data=!3m1!4b1!8m2!3d-34.6037!4d-58.3816", obelisk],
    ["https://maps.app.goo.gl/AbC123", "shortLink"],
    ["https://goo.gl/maps/AbC123", "shortLink"],
    ["https://www.google.com/maps/place/%E0%A4%A", null],
    ["https://www.google.com/maps/place/Obelisco", null],
    ["91, 0", null],
    ["0, 181", null],
    ["34.6037", null],
    ["+54 9 11 5555-0199", null],
    ["Plaza de Mayo", null],
    ["", null],
  ])("%s", (text, expected) => {
    expect(pasted(text)).toEqual(expected);
  });
});

describe("locationOf", () => {
  const of = (latitude: string, longitude: string) =>
    locationOf({ ...emptyLocation, latitude, longitude, name: " Plaza " });

  test("accepts a decimal comma", () => {
    expect(of(" -34,6 ", "-58.4")).toEqual({
      location: { latitude: -34.6, longitude: -58.4, name: "Plaza", address: "" },
    });
  });

  test.each([
    ["", "", ["latitude", "longitude"]],
    ["90.1", "0", ["latitude"]],
    ["-90", "-180.5", ["longitude"]],
    ["1e1", "0x10", ["latitude", "longitude"]],
    ["Infinity", "1", ["latitude"]],
  ])("%j and %j are invalid", (latitude, longitude, faults) => {
    expect(of(latitude, longitude)).toEqual({ faults });
  });
});

describe("cards", () => {
  const draft = (more = {}) => ({ ...emptyCard(), name: "Ana", phones: "+54 11 5555-0101", ...more });

  test("cardDraftOf adds a plus to the phone number", () => {
    const contact: Contact = {
      id: "ct_1",
      name: "Ana Ruiz",
      firstName: "Ana",
      lastName: "Ruiz",
      email: "ana@malabia.example",
      phone: "5491155550101",
      blocked: false,
      identities: [],
      createdAt: at(0),
      version: 1,
    };
    expect(cardOf(cardDraftOf(contact))).toEqual({
      name: "Ana Ruiz",
      company: "",
      phones: ["+5491155550101"],
      emails: ["ana@malabia.example"],
    });
  });

  test("cardOf splits lines and skips empty ones", () => {
    expect(cardOf(draft({ phones: "  +54 1 \n\n 0800 22\n", emails: "a@b.example\n" }))).toMatchObject({
      phones: ["+54 1", "0800 22"],
      emails: ["a@b.example"],
    });
  });

  test.each([
    [{}, []],
    [{ name: "  " }, ["name"]],
    [{ phones: "", emails: "" }, ["unreachable"]],
    [{ phones: "", emails: "ana@malabia.example" }, []],
    [{ phones: "llamar" }, ["phones"]],
    [{ phones: "123" }, ["phones"]],
    [{ emails: "ana" }, ["emails"]],
  ])("faults of %j: %j", (more, faults) => {
    expect([...cardFaults(draft(more))]).toEqual(faults);
  });

  test("isUntouched is true for an empty card only", () => {
    expect(isUntouched(emptyCard())).toBe(true);
    expect(isUntouched(draft())).toBe(false);
  });
});

describe("choices", () => {
  const button = (title: string) => ({ ...emptyButton(), title });
  const draft = (more: Partial<ChoicesDraft> = {}): ChoicesDraft => ({ ...emptyChoices(), text: "¿Vienes?", ...more });

  test("the hidden list is not validated", () => {
    expect(choiceFaults(draft({ buttons: [button("Sí"), button("No")] }), limits).size).toBe(0);
  });

  test.each([
    ["an empty button", { buttons: [button("")] }, ["missing"]],
    ["a long button", { buttons: [button("x".repeat(21))] }, ["tooLong"]],
    ["two buttons with one title", { buttons: [button("Sí"), button(" sí ")] }, ["twice"]],
    ["no text", { text: " ", buttons: [button("Sí")] }, ["missing"]],
    ["a long footer", { footer: "x".repeat(61), buttons: [button("Sí")] }, ["tooLong"]],
    ["exactly as long as may be", { text: "x".repeat(1024), buttons: [button("x".repeat(20))] }, []],
  ])("%s", (_, more, faults) => {
    expect([...choiceFaults(draft(more), limits).values()]).toEqual(faults);
  });

  test("section titles are required when there are several", () => {
    const row = (title: string) => ({ ...button(title), description: "" });
    const section = (title: string, ...rows: string[]) => ({ ...emptySection(), title, rows: rows.map(row) });
    const list = (...sections: ChoicesDraft["sections"]) => draft({ kind: "list", button: "Ver", sections });
    expect(choiceFaults(list(section("", "Uno")), limits).size).toBe(0);
    const [one, other] = [section("", "Uno"), section("Dos", "Uno")];
    expect(choiceFaults(list(one, other), limits)).toEqual(
      new Map([
        [one.key, "missing"],
        [other.rows[0]?.key, "twice"],
      ]),
    );
    expect(rowsIn(list(one, other))).toBe(2);
  });

  test("interactiveOf trims and assigns ids", () => {
    expect(interactiveOf(draft({ footer: " Hoy ", buttons: [button(" Sí "), button("No")] }))).toEqual({
      footer: "Hoy",
      buttons: [
        { id: "b1", title: "Sí" },
        { id: "b2", title: "No" },
      ],
    });
    const rows = [{ ...button("A"), description: " a " }];
    const sections = [
      { ...emptySection(), title: "Uno", rows },
      { ...emptySection(), title: "Dos", rows: [{ ...button("B"), description: "" }] },
    ];
    expect(interactiveOf(draft({ kind: "list", button: "Ver", sections }))).toEqual({
      footer: "",
      button: "Ver",
      sections: [
        { title: "Uno", rows: [{ id: "r1", title: "A", description: "a" }] },
        { title: "Dos", rows: [{ id: "r2", title: "B", description: "" }] },
      ],
    });
  });

  test("lengthOf counts code points", () => {
    expect(lengthOf(" ñandú 🙂 ")).toBe(7);
  });

  test("moved: by one, not beyond the ends", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
  });
});
