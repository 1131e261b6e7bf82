import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as wire from "./index.ts";

const folder = new URL("./testdata/", import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.json`, folder), "utf8");

const shapes = {
  signed_in: wire.signedIn,
  me: wire.me,
  operator: wire.operator,
  operator_without_email: wire.operator,
  operators: wire.operatorList,
  sessions: wire.browserSessionList,
  store: wire.store,
  stores: wire.storeList,
  channel: wire.channel,
  channel_reauthorise: wire.channel,
  channels: wire.channelList,
  distribution: wire.distribution,
  settings: wire.settings,
  settings_never_closing: wire.settings,
  capabilities: wire.capabilitiesList,
  conversation: wire.conversation,
  conversation_empty: wire.conversation,
  conversations: wire.conversationList,
  counts: wire.counts,
  message_in: wire.message,
  message_out: wire.message,
  message_failed: wire.message,
  message_media_pending: wire.message,
  message_location: wire.message,
  message_referral: wire.message,
  message_cards: wire.message,
  message_revoked: wire.message,
  message_buttons: wire.message,
  message_list: wire.message,
  message_template: wire.message,
  templates: wire.templateList,
  messages: wire.messageList,
  event_opened: wire.event,
  event_assigned: wire.event,
  event_closed: wire.event,
  events: wire.eventList,
  contact: wire.contact,
  contact_opted_out: wire.contact,
  contact_unknown: wire.contact,
  contacts: wire.contactList,
  upload: wire.upload,
  socket_ticket: wire.socketTicket,
  error: wire.errorAnswer,
  error_internal: wire.errorAnswer,
};
const frames = ["frame_messages", "frame_partial", "frame_people"];
/** What the browser sends; the server's tests read the same golden file. */
const actions: wire.SocketAction[] = [
  { action: "ping" },
  { action: "view", conversationId: "cv_01kanq3m5r7h2j" },
  { action: "view", conversationId: null },
  { action: "view", conversationId: null, hidden: true },
  { action: "typing", conversationId: "cv_01kanq3m5r7h2j", on: true },
];

describe("golden files", () => {
  test.each(Object.entries(shapes))("%s: parse keeps every field", (name, shape) => {
    expect(wire.parse(shape, read(name))).toEqual(JSON.parse(read(name)));
  });

  test.each(frames)("%s: parseFrame keeps every item", (name) => {
    const written = JSON.parse(read(name)) as Record<string, unknown>[];
    expect(wire.parseFrame(read(name)).items).toMatchObject(written);
    expect(wire.parseFrame(read(name)).items).toHaveLength(written.length);
  });

  test("every type of frame item has an example", () => {
    const seen = new Set(frames.flatMap((name) => wire.parseFrame(read(name)).items.map(({ type }) => type)));
    expect([...seen].toSorted()).toEqual(wire.frameItem.options.map(({ entries }) => entries.type.literal).toSorted());
  });

  test("actions: the type allows the examples", () => {
    expect(JSON.parse(read("actions"))).toEqual(actions);
  });

  test("every golden file is tested", () => {
    const known = [...Object.keys(shapes), ...frames, "actions"].map((name) => `${name}.json`);
    const files = readdirSync(folder).filter((name) => name.endsWith(".json")); // the visitors' are in a folder of their own
    expect(files.toSorted()).toEqual(known.toSorted());
  });
});

describe("parse", () => {
  test("an unknown field: dropped", () => {
    expect(wire.parse(wire.store, '{"id":"st_1","name":"Malabia","version":1,"later":true}')).toEqual({
      id: "st_1",
      name: "Malabia",
      version: 1,
    });
  });

  test.each([
    ["no JSON", "<html>"],
    ["a missing field", '{"id":"st_1","version":1}'],
    ["a wrong type", '{"id":"st_1","name":"Malabia","version":"1"}'],
  ])("%s: refused", (_, text) => {
    expect(() => wire.parse(wire.store, text)).toThrow(wire.ShapeError);
  });

  test("an unknown message type: unsupported", () => {
    const text = read("message_in").replace('"type": "text"', '"type": "hologram"');
    expect(wire.parse(wire.message, text).type).toBe("unsupported");
  });

  test("a template of unknown status, header or button: disabled and other", () => {
    const known = {
      id: "t1",
      name: "aviso",
      language: "es_AR",
      category: "utility",
      status: "approved",
      quality: "green",
      reason: "",
      updatedAt: "2026-11-22T00:14:21.000Z",
      header: { format: "text", text: "Pedido {{1}}", parameters: 1, examples: ["42"] },
      body: { text: "Hola {{1}}", parameters: 1, examples: ["Ana"] },
      footer: "",
      buttons: [{ type: "url", text: "Ver", parameter: true }],
    };
    expect(wire.parse(wire.template, JSON.stringify(known))).toEqual(known);
    const later = {
      ...known,
      status: "archived",
      header: { format: "carousel" },
      buttons: [{ ...known.buttons[0], type: "flow" }],
    };
    expect(wire.parse(wire.template, JSON.stringify(later))).toMatchObject({
      status: "disabled",
      header: { format: "other", text: "", parameters: 0 },
      buttons: [{ type: "other" }],
    });
  });

  test("a message with buttons, template and page: kept", () => {
    const more = {
      interactive: { footer: "", buttons: [{ id: "b1", title: "Sí" }], button: "", sections: [] },
      template: { name: "aviso", language: "es_AR" },
      page: { url: "https://shop.example/", title: "" },
    };
    const written = { ...JSON.parse(read("message_out")), ...more };
    expect(wire.parse(wire.message, JSON.stringify(written))).toMatchObject(more);
  });

  test("an unknown error code: internal", () => {
    expect(wire.parse(wire.errorAnswer, '{"error":{"code":"teapot","message":"x"}}').error.code).toBe("internal");
  });
});

describe("parseList", () => {
  const list = JSON.parse(read("conversations")) as { items: Record<string, unknown>[] };
  const [good] = list.items;

  test.each([
    ["a time beyond the year 9999", { ...good, lastActivityAt: "+058828-05-18T00:00:00.000Z" }],
    ["a time that does not exist", { ...good, lastActivityAt: "2026-13-45T99:00:00.000Z" }],
    ["a number for a time", { ...good, windowUntil: 253402300800000 }],
    ["a missing field", { id: "cv_x" }],
    ["null", null],
  ])("a row with %s is left out and the others stay", (_, bad) => {
    const text = JSON.stringify({ items: [bad, ...list.items], nextCursor: "next" });
    const { items, nextCursor, leftOut } = wire.parseList(wire.conversation, text);
    expect(items).toEqual(list.items);
    expect(nextCursor).toBe("next");
    expect(leftOut).toEqual([bad]);
  });

  test.each(["{}", "[]", '{"items":{},"nextCursor":null}', '{"items":[]}', "<html>"])("%j is no list", (text) => {
    expect(() => wire.parseList(wire.conversation, text)).toThrow(wire.ShapeError);
  });
});

describe("parseFrame", () => {
  test("a wrong item is left out, one of an unknown type dropped", () => {
    const text = '[{"type":"pong"},{"type":"read"},{"type":"later"},7,{"type":"pong"}]';
    expect(wire.parseFrame(text)).toEqual({
      items: [{ type: "pong" }, { type: "pong" }],
      leftOut: [{ type: "read" }],
    });
  });

  test.each(["", "{}", "null", "[", '"x"'])("%j has no items", (text) => {
    expect(wire.parseFrame(text)).toEqual({ items: [], leftOut: [] });
  });
});
