// @vitest-environment happy-dom
import { accepted, checkFile, type Refusal } from "@recado/lib/files";
import { capabilitiesList, type FileKind } from "@recado/lib/protocol";
import { isBlank } from "@recado/lib/text";
import { parse } from "valibot";
import { describe, expect, test } from "vitest";
import known from "../../../lib/protocol/testdata/capabilities.json" with { type: "json" };
import { at, conversationOf, messageOf } from "../core/testing.ts";
import { readDraft, readFiles, readForm, takeBack, writeDraft, writeFiles, writeForm } from "../live/drafts.ts";
import { refusalKey } from "./attachments.ts";
import { emojiGroups, recentEmojis, rememberEmoji } from "./emoji.ts";
import { failureOf } from "./reasons.ts";
import { wayOutFor, wayOutOf } from "./wayOut.ts";
import { replyWindow } from "./window.ts";

const [whatsapp] = parse(capabilitiesList, known).items;
if (!whatsapp) throw new Error("the golden file holds no channel");

describe("replyWindow", () => {
  const now = Date.parse(at(0));
  const until = (windowUntil: string | null) => replyWindow(conversationOf({ windowUntil }), whatsapp, now);

  test.each([
    ["never opened", null, { open: false }],
    ["just closed", at(0), { open: false }],
    ["closes soon", at(90), { open: true, closesIn: 90 * 60_000 }],
    ["long open", at(4 * 60), { open: true, closesIn: null }],
  ])("%s", (_, windowUntil, expected) => {
    expect(until(windowUntil)).toEqual(expected);
  });

  test("a channel without a window is always open", () => {
    const able = { ...whatsapp, windowSeconds: 0 };
    expect(replyWindow(conversationOf({ windowUntil: null }), able, now)).toEqual({ open: true, closesIn: null });
  });
});

// B-12
describe("way out of a failed message", () => {
  const now = Date.parse(at(0));
  const open = conversationOf({ windowUntil: at(90) });
  const closed = conversationOf({ windowUntil: at(-1) });
  const withoutTemplates = { ...whatsapp, templates: false };

  test.each([
    ["free message in the window", open, whatsapp, "text", "undeliverable", "retry"],
    [
      "free message that the window refused, before the contact wrote again",
      open,
      whatsapp,
      "text",
      "window_closed",
      "retry",
    ],
    ["free message outside the window", closed, whatsapp, "text", "window_closed", "template"],
    [
      "free message that failed for another reason, outside the window",
      closed,
      whatsapp,
      "image",
      undefined,
      "template",
    ],
    [
      "free message outside the window of a channel without templates",
      closed,
      withoutTemplates,
      "text",
      undefined,
      "wait",
    ],
    ["template outside the window", closed, whatsapp, "template", "not_now", "retry"],
    ["template that needs a phone", closed, whatsapp, "template", "phone_needed", "template"],
    ["template that is no longer approved", open, whatsapp, "template", "template_unavailable", "template"],
    ["channel that is not known yet", closed, undefined, "text", undefined, "retry"],
  ] as const)("%s", (_, conversation, able, type, reason, expected) => {
    const window = replyWindow(conversation, able ?? whatsapp, now);
    expect(wayOutFor(type, reason, wayOutOf(window, able))).toBe(expected);
  });

  test.each([
    [{ code: "131047", message: "Re-engagement message", reason: "window_closed" }, "composer.windowClosed"],
    [{ code: "channel_gone", message: "the channel was disconnected" }, "message.reason.channelGone"],
    [{ code: "131999", message: "New", reason: "provider_refused" }, undefined],
    [null, undefined],
  ])("failure %j is told in the reader's language, if there is a text", (error, expected) => {
    expect(failureOf(messageOf({ error }))).toBe(expected);
  });
});

// S1-24
describe("checkFile", () => {
  const MB = 1024 * 1024;
  const sticker = {
    type: "sticker" as const,
    mimes: ["image/webp"],
    accept: ["image/webp", ".webp"],
    maxSize: 100 * 1024,
    caption: false,
  };
  const able = {
    ...whatsapp,
    attachments: [sticker, ...whatsapp.attachments.filter(({ type }) => type !== "sticker")],
  };
  test.each([
    ["image/jpeg", 5 * MB, { kind: "image" }],
    ["image/png", 5 * MB + 1, { refused: "tooLarge", limit: 5 * MB }],
    ["audio/ogg; codecs=opus", 16 * MB, { kind: "audio" }],
    ["video/mp4", 17 * MB, { refused: "tooLarge", limit: 16 * MB }],
    ["video/3gpp", MB, { kind: "video" }],
    ["application/pdf", 100 * MB, { kind: "document" }],
    ["application/pdf", 100 * MB + 1, { refused: "tooLarge", limit: 100 * MB }],
    ["image/webp", MB, { refused: "wrongType", limit: 0 }],
    ["", MB, { refused: "wrongType", limit: 0 }],
    ["image/png", 0, { refused: "empty", limit: 5 * MB }],
    ["audio/x-m4a", MB, { kind: "audio" }],
    ["image/pjpeg", MB, { kind: "image" }],
    ["text/csv", MB, { kind: "document" }],
  ])("%s of %i bytes", (type, size, verdict) => {
    expect(checkFile({ name: "file", type, size }, able)).toEqual(verdict);
  });

  test.each([
    ["Carta final.v2.DOCX", { kind: "document" }],
    ["hoja.csv", { kind: "document" }],
    ["foto.jpeg", { kind: "image" }],
    ["programa.exe", { refused: "wrongType", limit: 0 }],
    ["docx", { refused: "wrongType", limit: 0 }],
  ])("%s, whose type the browser does not know", (name, verdict) => {
    expect(checkFile({ name, type: "", size: MB }, able)).toEqual(verdict);
  });

  test.each([
    ["image/webp", 100 * 1024, { kind: "sticker" }],
    ["image/webp", 100 * 1024 + 1, { refused: "tooLarge", limit: 100 * 1024 }],
    ["image/png", 1024, { refused: "wrongType", limit: 0 }],
  ])("%s of %i bytes as a sticker", (type, size, verdict) => {
    expect(checkFile({ name: "file", type, size }, able, "sticker")).toEqual(verdict);
  });

  test("each refusal and each named file type has its text", () => {
    const refusal = (refused: Refusal["refused"], kind?: FileKind) => refusalKey({ refused, limit: 1 }, kind);
    expect([refusal("tooLarge"), refusal("empty"), refusal("wrongType")]).toEqual([
      "composer.fileTooLarge",
      "composer.fileEmpty",
      "composer.fileWrongType",
    ]);
    const named = (["image", "video", "document", "sticker"] as const).map((kind) => refusal("wrongType", kind));
    expect(new Set(named).size).toBe(4);
  });

  test("accepted includes stickers only when asked for", () => {
    expect(accepted(able)).not.toContain("image/webp");
    expect(accepted(able, "sticker")).toBe("image/webp,.webp");
  });
});

describe("drafts", () => {
  test("texts are kept per operator and conversation", () => {
    writeDraft("op_1", "cv_1", "a medias 👩‍👧");
    writeDraft("op_1", "cv_2", "otro");
    expect(readDraft("op_1", "cv_1")).toBe("a medias 👩‍👧");
    expect(readDraft("op_2", "cv_1")).toBe("");
    writeDraft("op_1", "cv_1", "");
    expect(readDraft("op_1", "cv_1")).toBe("");
    expect(readDraft("op_1", "cv_2")).toBe("otro");
  });

  test("files are kept per conversation", () => {
    const picked = { id: "f1", file: new File(["x"], "foto.png"), kind: "image" as const };
    writeFiles("op_1", "cv_1", [picked]);
    expect(readFiles("op_1", "cv_1")).toEqual([picked]);
    expect(readFiles("op_1", "cv_2")).toEqual([]);
    writeFiles("op_1", "cv_1", []);
    expect(readFiles("op_1", "cv_1")).toEqual([]);
  });

  test("forms are kept per operator and conversation", () => {
    const place = { latitude: "-34,6", longitude: "", name: "", address: "" };
    writeForm("op_1", "cv_1", "location", place);
    expect(readForm("op_1", "cv_1", "location")).toEqual(place);
    expect(readForm("op_1", "cv_1", "contacts")).toBeUndefined();
    expect(readForm("op_1", "cv_2", "location")).toBeUndefined();
    expect(readForm("op_2", "cv_1", "location")).toBeUndefined();
    writeForm("op_1", "cv_1", "location", undefined);
    expect(readForm("op_1", "cv_1", "location")).toBeUndefined();
  });

  test("takeBack restores a form, not its text", () => {
    const value = { latitude: "1", longitude: "2", name: "Plaza", address: "" };
    takeBack("op_1", [
      {
        clientId: "a",
        conversationId: "cv_4",
        type: "location",
        text: "",
        replyTo: null,
        location: { latitude: 1, longitude: 2, name: "Plaza", address: "" },
        draft: { kind: "location", value },
        progress: 0,
        state: "waiting",
        createdAt: at(1),
      },
    ]);
    expect(readForm("op_1", "cv_4", "location")).toEqual(value);
    expect(readDraft("op_1", "cv_4")).toBe("");
  });

  test("takeBack puts unsent messages before the draft", () => {
    const outgoing = (clientId: string, text: string, file?: File) => ({
      clientId,
      conversationId: "cv_3",
      type: file ? ("image" as const) : ("text" as const),
      text,
      replyTo: null,
      file,
      progress: 0,
      state: "waiting" as const,
      createdAt: at(1),
    });
    const file = new File(["x"], "foto.png");
    writeDraft("op_1", "cv_3", "tres");
    takeBack("op_1", [outgoing("a", "uno"), outgoing("b", "", file), outgoing("c", "dos")]);
    expect(readDraft("op_1", "cv_3")).toBe("uno\ndos\ntres");
    expect(readFiles("op_1", "cv_3")).toEqual([{ id: "b", file, kind: "image" }]);
  });
});

// S1-25
describe("emojis", () => {
  const all = emojiGroups.flatMap(({ emojis }) => emojis);

  test("are single graphemes without duplicates", () => {
    const characters = new Intl.Segmenter("es", { granularity: "grapheme" });
    expect(all.filter((emoji) => [...characters.segment(emoji)].length !== 1)).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  test("recent emojis: last used first, sequences whole", () => {
    rememberEmoji("😀");
    rememberEmoji("👨‍👩‍👧‍👦");
    rememberEmoji("😀");
    expect(recentEmojis()).toEqual(["😀", "👨‍👩‍👧‍👦"]);
  });
});

describe("isBlank", () => {
  test.each([
    ["", true],
    [" \n\t", true],
    ["\u200b\u2060\ufeff", true],
    ["\u3164\u2800", true],
    ["hola", false],
    ["👩‍👩‍👧", false],
    [".", false],
  ])("%j: %s", (text, blank) => {
    expect(isBlank(text)).toBe(blank);
  });
});
