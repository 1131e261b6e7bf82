import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as wire from "./visitor.ts";

const message = {
  id: "m1",
  conversationId: "cv_1",
  clientId: "c1",
  direction: "in",
  type: "text",
  text: "hola",
  attachments: [{ id: "a1", name: "foto.png", mime: "image/png", size: 7, state: "ready" }],
  author: { kind: "contact", name: "", picture: null },
  replyTo: null,
  status: "received",
  editedAt: null,
  revokedAt: null,
  sentAt: "2026-11-22T12:00:00Z",
  version: 3,
};
const parsed = (changes: object) => wire.parse(wire.visitorMessage, JSON.stringify({ ...message, ...changes }));

const golden = (name: string) => readFileSync(new URL(`./testdata/visitor/${name}.json`, import.meta.url), "utf8");

describe("golden files", () => {
  test("messages: parse keeps every field", () => {
    expect(wire.parse(wire.visitorMessages, golden("messages"))).toMatchObject(JSON.parse(golden("messages")));
  });

  test("session and file link: parse keeps what is read", () => {
    const session = wire.parse(wire.visitorSession, golden("session"));
    expect(JSON.parse(golden("session"))).toMatchObject(session);
    expect(session).toMatchObject({ unread: 2, online: true, limits: { maxText: 4096 } });
    expect(wire.parse(wire.fileLink, golden("file_link"))).toEqual(JSON.parse(golden("file_link")));
  });

  test("frame: parseVisitorFrame keeps every item", () => {
    expect(wire.parseVisitorFrame(golden("frame")).map(({ type }) => type)).toEqual([
      "message.upserted",
      "typing",
      "limited",
      "pong",
    ]);
  });
});

describe("a visitor's message", () => {
  test("complete: kept", () => {
    expect(parsed({})).toMatchObject(message);
  });

  test("only what is required: the rest has defaults", () => {
    const { id, conversationId, direction, sentAt } = message;
    expect(wire.parse(wire.visitorMessage, JSON.stringify({ id, conversationId, direction, sentAt }))).toEqual({
      id,
      conversationId,
      direction,
      sentAt,
      type: "",
      text: "",
      attachments: [],
      author: { kind: "", name: "", picture: null },
      replyTo: null,
      status: "",
      interactive: null,
      location: null,
      cards: [],
      editedAt: null,
      revokedAt: null,
      version: 0,
    });
  });

  test("null text: empty", () => {
    expect(parsed({ text: null }).text).toBe("");
  });

  test("wrong parts: left out or defaulted", () => {
    const odd = parsed({
      attachments: [{ id: "a1" }, { name: "no id" }, 7],
      location: { latitude: "north" },
      cards: [{ name: "Ana", phones: ["1", 2] }],
      interactive: { buttons: [{ id: "a", title: "Sí" }, { id: "b" }], sections: "none" },
      author: "Lucía",
    });
    expect(odd.attachments).toEqual([{ id: "a1", name: "", mime: "", size: 0, state: "failed" }]);
    expect(odd.location).toBeNull();
    expect(odd.cards).toEqual([{ name: "Ana", company: "", phones: ["1"], emails: [] }]);
    expect(odd.interactive).toEqual({
      footer: "",
      button: "",
      buttons: [{ id: "a", title: "Sí" }],
      sections: [],
    });
    expect(odd.author.name).toBe("");
  });

  test.each([{ id: 7 }, { direction: "sideways" }, { sentAt: "yesterday" }, { conversationId: null }])(
    "%j: refused",
    (wrong) => {
      expect(() => parsed(wrong)).toThrow(wire.ShapeError);
    },
  );

  test("a wrong one in a page: left out", () => {
    const page = JSON.stringify({ items: [message, { id: "m2" }, null], nextCursor: null });
    expect(wire.parse(wire.visitorMessages, page).items.map(({ id }) => id)).toEqual(["m1"]);
  });
});

describe("parseVisitorFrame", () => {
  test("unknown and wrong items: left out", () => {
    const items = [
      { type: "message.upserted", message, partial: true },
      { type: "message.upserted", message: { id: "m2" } },
      { type: "typing", by: { kind: "operator", name: "Lucía" }, on: true },
      { type: "typing", on: "yes" },
      { type: "conversation.upserted" },
      { type: "toString" },
      { type: "pong" },
      null,
      7,
    ];
    const read = wire.parseVisitorFrame(JSON.stringify(items));
    expect(read.map(({ type }) => type)).toEqual(["message.upserted", "typing", "pong"]);
    expect(read[0]).toMatchObject({ partial: true, message: { id: "m1" } });
  });

  test.each(["", "{}", "null", "[", '"x"'])("%j: no items", (text) => {
    expect(wire.parseVisitorFrame(text)).toEqual([]);
  });
});

describe("a session", () => {
  const session = {
    token: "t",
    visitorId: "vi_1",
    site: { title: "", greeting: "Hola", color: "#1c7ed6" },
    online: false,
    unread: 2,
    started: true,
    limits: { maxText: 4096, attachments: [{ type: "image", accept: ["image/png"], maxSize: 5 }] },
  };

  test("an unknown field: dropped", () => {
    expect(wire.parse(wire.visitorSession, JSON.stringify({ ...session, later: 1 }))).toEqual(session);
  });

  test("an unknown type of file: left out", () => {
    const attachments = [...session.limits.attachments, { type: "hologram", accept: [], maxSize: 1 }];
    const newer = { ...session, limits: { maxText: 100, attachments } };
    expect(wire.parse(wire.visitorSession, JSON.stringify(newer)).limits.attachments).toHaveLength(1);
  });
});

test("upload headers that are no text: left out", () => {
  const upload = { id: "up_1", url: "https://files.example/x", headers: { "Content-Type": "image/png", odd: 7 } };
  expect(wire.parse(wire.visitorUpload, JSON.stringify(upload)).headers).toEqual({ "Content-Type": "image/png" });
});
