import type { Channel } from "@recado/lib/protocol";
import type { TFunction } from "i18next";
import { describe, expect, test } from "vitest";
import type { ChannelField } from "../channels/setup.ts";
import { ApiError } from "../core/errors.ts";
import {
  changeOf,
  correctable,
  creationOf,
  fieldFault,
  fieldValue,
  needsCredentials,
  rejectedField,
} from "./channelRequest.ts";

const t = ((key: string) => key) as unknown as TFunction;
const label = "field.name";
const number: ChannelField = {
  name: "externalId",
  in: "externalId",
  label,
  fault: (value) => (/^\d+$/.test(value) ? null : "digits"),
};
const account: ChannelField = {
  name: "accountId",
  in: "settings",
  label,
  optional: true,
  write: (value) => value.trim() || undefined,
};
const title: ChannelField = { name: "title", in: "settings", label, optional: true };
const pages: ChannelField = {
  name: "pages",
  in: "settings",
  label,
  read: (value) => (Array.isArray(value) ? value.join("\n") : ""),
  write: (value) => value.split("\n"),
};
const token: ChannelField = { name: "token", in: "credentials", label };

const channel: Channel = {
  id: "ch_1",
  type: "example",
  name: "Ventas",
  storeId: "st_1",
  externalId: "12345",
  health: { state: "ok" },
  settings: { later: true, accountId: "7", title: 8, pages: ["a", "b"] },
  version: 3,
};

test("fieldValue reads the channel, except credentials", () => {
  const values = [number, account, title, pages, token].map((field) => fieldValue(field, channel));
  expect(values).toEqual(["12345", "7", "", "a\nb", ""]);
  expect([number, account, pages].map((field) => fieldValue(field, null))).toEqual(["", "", ""]);
  expect(fieldValue({ ...title, initial: "Hola" }, null)).toBe("Hola");
});

describe("fieldFault", () => {
  test.each<[string, ChannelField, Channel | null, string, string | null]>([
    ["an empty required field", pages, null, " ", "field.required"],
    ["an empty field with its own check", number, null, "", "field.required"],
    ["an empty optional field", account, null, "", null],
    ["an invalid external id", number, null, "x", "digits"],
    ["the external id of a channel with messages", number, channel, "x", null],
    [
      "the external id of a channel without messages",
      number,
      { ...channel, health: { state: "waiting" } },
      "x",
      "digits",
    ],
    ["no credential while connecting", token, null, "", "field.required"],
    ["no credential while changing", token, channel, "", null],
  ])("%s", (_, field, known, value, fault) => {
    expect(fieldFault(field, known, value, t)).toBe(fault);
  });
});

describe("a wrong external id", () => {
  const fresh: Channel = { ...channel, health: { state: "unverified" } };
  const account2: ChannelField = { ...account, proven: true };

  test("can be corrected until the channel has messages", () => {
    const states = ["unverified", "waiting", "ok", "reauthorise", "stopped"] as const;
    expect(states.filter((state) => correctable({ ...channel, health: { state } }))).toEqual(["unverified", "waiting"]);
    const values = [{ field: number, value: " 67 " }];
    expect(changeOf(fresh, "Ventas", values)).toMatchObject({ externalId: "67" });
    expect(changeOf(channel, "Ventas", values)).not.toHaveProperty("externalId");
    expect(changeOf(fresh, "Ventas", [{ field: number, value: "12345" }])).not.toHaveProperty("externalId");
  });

  test.each<[string, Channel | null, ChannelField, string, boolean]>([
    ["a new channel", null, number, "67", false],
    ["another external id", fresh, number, "67", true],
    ["the same external id", fresh, number, "12345 ", false],
    ["another proven setting", channel, account2, "8", true],
    ["no proven setting any more", channel, account2, "", false],
    ["another setting", channel, account, "8", false],
  ])("%s needs the credentials: %#", (_, known, field, value, needed) => {
    expect(needsCredentials(known, [{ field, value }])).toBe(needed);
  });
});

describe("request body", () => {
  test("creation contains all filled-in fields", () => {
    const values = [
      { field: number, value: " 123 " },
      { field: account, value: "" },
      { field: pages, value: "a" },
      { field: token, value: " secret " },
    ];
    expect(creationOf("example", " Ventas ", "st_1", values)).toEqual({
      type: "example",
      name: "Ventas",
      storeId: "st_1",
      externalId: "123",
      credentials: { token: "secret" },
      settings: { pages: ["a"] },
    });
    expect(creationOf("example", "Ventas", "", [], { greeting: "Hola" }).settings).toEqual({ greeting: "Hola" });
    expect(creationOf("example", "Ventas", "", [])).toEqual({ type: "example", name: "Ventas", settings: {} });
  });

  test("change keeps settings without a field", () => {
    const values = [
      { field: number, value: "999" },
      { field: account, value: "" },
      { field: title, value: " Hola " },
      { field: token, value: "" },
    ];
    expect(changeOf(channel, "Ventas", values)).toEqual({
      name: "Ventas",
      settings: { later: true, title: "Hola", pages: ["a", "b"] },
      version: 3,
    });
    expect(changeOf(channel, "Ventas", [{ field: token, value: "new" }]).credentials).toEqual({ token: "new" });
  });
});

test("rejectedField finds the field of an invalid value that has a text", () => {
  const texted = [number, account, token].map((field) => ({ ...field, rejected: label }) as const);
  const found = (field: string, code: ApiError["code"] = "invalid") =>
    rejectedField(texted, new ApiError(code, field))?.name;
  expect(found("externalId")).toBe("externalId");
  expect(found("settings.accountId")).toBe("accountId");
  expect(found("credentials.token")).toBe("token");
  expect(found("settings.token")).toBeUndefined();
  expect(found("externalId", "conflict")).toBeUndefined();
  expect(rejectedField([token], new ApiError("invalid", "credentials.token"))).toBeUndefined();
});
