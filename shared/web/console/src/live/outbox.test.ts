import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../core/errors.ts";
import { messageOf } from "../core/testing.ts";
import { Outbox, type Transport, unconfirmed } from "./outbox.ts";
import type { OutgoingBody } from "./outgoing.ts";

function setUp(post: (body: OutgoingBody, nth: number) => unknown = () => undefined) {
  const bodies: OutgoingBody[] = [];
  const sent = vi.fn();
  const waits: number[] = [];
  const transport: Transport = {
    upload: vi.fn(async (_conversation, _file, onProgress) => {
      onProgress(0.5);
      return "up_1";
    }),
    post: async (_conversation, body) => {
      bodies.push(body);
      const failure = post(body, bodies.length);
      if (failure instanceof Error) throw failure;
      return messageOf({ id: `m${bodies.length}`, clientId: body.clientId, text: body.text });
    },
  };
  const outbox = new Outbox(transport, sent, async (ms) => {
    waits.push(ms);
  });
  const add = (text: string, file?: File) =>
    outbox.add({ conversationId: "cv_1", type: file ? "image" : "text", text, replyTo: null, file });
  return { outbox, bodies, sent, waits, transport, add };
}
const empty = (outbox: Outbox) => vi.waitFor(() => expect(outbox.of("cv_1")).toEqual([]));

describe("Outbox", () => {
  test("an entry is shown until the server confirms it", async () => {
    const { outbox, sent, add } = setUp();
    add("hola");
    expect(outbox.of("cv_1")).toMatchObject([{ text: "hola", state: "sending" }]);
    await empty(outbox);
    expect(sent).toHaveBeenCalledTimes(1);
  });

  test("retries offline with one clientId and backoff", async () => {
    const { outbox, bodies, waits, add } = setUp((_, nth) => (nth < 4 ? new ApiError("offline") : undefined));
    add("hola");
    await empty(outbox);
    expect(bodies).toHaveLength(4);
    expect(new Set(bodies.map(({ clientId }) => clientId)).size).toBe(1);
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  test("sends entries in order", async () => {
    const { outbox, bodies, add } = setUp((_, nth) => (nth === 1 ? new ApiError("unavailable") : undefined));
    add("uno");
    add("dos");
    await empty(outbox);
    expect(bodies.map(({ text }) => text)).toEqual(["uno", "uno", "dos"]);
  });

  test.each([
    [new ApiError("conflict", "window"), "window_closed"],
    [new ApiError("conflict", "template", "template_unavailable"), "template_unavailable"],
    [new ApiError("conflict"), "conflict"],
    [new ApiError("forbidden"), "forbidden"],
    [new Error("a bug"), "internal"],
  ])("%s is final and does not block the next", async (failure, reason) => {
    const { outbox, bodies, add } = setUp((_, nth) => (nth === 1 ? failure : undefined));
    add("uno");
    add("dos");
    await vi.waitFor(() => expect(bodies).toHaveLength(2));
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ text: "uno", state: "failed", error: reason }]));
  });

  test("a manual retry keeps the clientId", async () => {
    const { outbox, bodies, add } = setUp((_, nth) => (nth === 1 ? new ApiError("invalid") : undefined));
    add("hola");
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ state: "failed" }]));
    outbox.retry("cv_1", outbox.of("cv_1")[0]?.clientId ?? "");
    await empty(outbox);
    expect(bodies[0]?.clientId).toBe(bodies[1]?.clientId);
  });

  test("a file is uploaded once over retries", async () => {
    const { outbox, bodies, transport, add } = setUp((_, nth) => (nth < 3 ? new ApiError("offline") : undefined));
    add("mira", new File(["x"], "foto.png", { type: "image/png" }));
    await empty(outbox);
    expect(transport.upload).toHaveBeenCalledTimes(1);
    expect(bodies.map(({ attachments }) => attachments)).toEqual([["up_1"], ["up_1"], ["up_1"]]);
  });

  test("failed entries do not make it busy", async () => {
    const { outbox, add } = setUp(() => new ApiError("invalid"));
    add("hola");
    expect(outbox.busy).toBe(true);
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ state: "failed" }]));
    expect(outbox.busy).toBe(false);
    outbox.discard("cv_1", outbox.of("cv_1")[0]?.clientId ?? "");
    expect(outbox.of("cv_1")).toEqual([]);
  });

  test("the request contains only its type's fields", async () => {
    const { outbox, bodies } = setUp();
    const on = { conversationId: "cv_1", replyTo: null };
    const location = { latitude: -34.6, longitude: -58.4, name: "", address: "" };
    const parameters = { header: [], body: ["Ana"], buttons: {} };
    const template = { name: "aviso", language: "es_AR", parameters };
    const interactive = { footer: "", buttons: [{ id: "b1", title: "Sí" }] };
    outbox.add({ ...on, type: "location", text: "", location });
    outbox.add({ ...on, type: "template", text: "Hola Ana", template });
    outbox.add({ ...on, type: "interactive", text: "¿Vienes?", interactive });
    outbox.add({ ...on, type: "sticker", text: "", file: new File(["x"], "gato.webp") });
    await empty(outbox);
    expect(JSON.parse(JSON.stringify(bodies)).map(({ clientId, ...said }: OutgoingBody) => said)).toEqual([
      { type: "location", attachments: [], replyTo: null, location },
      { type: "template", attachments: [], replyTo: null, template },
      { type: "interactive", attachments: [], replyTo: null, text: "¿Vienes?", interactive },
      { type: "sticker", attachments: ["up_1"], replyTo: null },
    ]);
  });

  // S1-25
  test("emoji sequences are sent unchanged", async () => {
    const { outbox, bodies, add } = setUp();
    add("👩‍👩‍👧‍👦🏳️‍🌈❤️‍🔥");
    await empty(outbox);
    expect(bodies[0]?.text).toBe("👩‍👩‍👧‍👦🏳️‍🌈❤️‍🔥");
  });
});

test("unconfirmed skips entries with a message", () => {
  const entry = (clientId: string) => ({
    clientId,
    conversationId: "cv_1",
    type: "text" as const,
    text: "",
    replyTo: null,
    progress: 0,
    state: "sending" as const,
    createdAt: "",
  });
  const outgoing = [entry("a"), entry("b")];
  expect(unconfirmed(outgoing, [messageOf({ clientId: "a" })])).toEqual([entry("b")]);
  expect(unconfirmed(outgoing, [messageOf()])).toBe(outgoing);
});
