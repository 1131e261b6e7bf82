/** Maps a channel to form values, and form values to the request body. Pure. */
import type { Channel } from "@recado/lib/protocol";
import type { TFunction } from "i18next";
import type { ChannelField } from "../channels/setup.ts";
import { ApiError } from "../core/errors.ts";

export type FilledIn = readonly { field: ChannelField; value: string }[];

/** Initial value of a field. Credentials are never sent to the browser. */
export function fieldValue({ name, in: where, read, initial = "" }: ChannelField, channel: Channel | null): string {
  if (where === "credentials") return "";
  if (where === "externalId") return channel?.externalId ?? "";
  const setting = channel?.settings[name];
  if (read) return channel ? read(setting) : read(initial || undefined);
  return typeof setting === "string" ? setting : initial;
}

/** A channel without messages may get another external id. */
export const correctable = (channel: Channel | null): boolean =>
  channel === null || channel.health.state === "unverified" || channel.health.state === "waiting";

/** Says whether values were changed that the provider confirms only with the credentials. */
export const needsCredentials = (channel: Channel | null, values: FilledIn): boolean =>
  channel !== null &&
  values.some(
    ({ field, value }) =>
      (field.proven || field.in === "externalId") && value.trim() !== "" && value.trim() !== fieldValue(field, channel),
  );

/** Validates a value. For a channel with messages the external id is fixed; an empty credential keeps the current one. */
export function fieldFault(field: ChannelField, channel: Channel | null, value: string, t: TFunction): string | null {
  if (field.in === "externalId" && !correctable(channel)) return null;
  const empty = value.trim() === "";
  if (empty && (field.optional || (channel && field.in === "credentials"))) return null;
  return empty ? t("field.required") : (field.fault?.(value, t) ?? null);
}

/** The field that the API rejected, if it has a text for that. */
export const rejectedField = (fields: readonly ChannelField[], error: unknown): ChannelField | undefined =>
  error instanceof ApiError && error.code === "invalid"
    ? fields.find(
        ({ in: where, name, rejected }) =>
          rejected && error.field === (where === "externalId" ? where : `${where}.${name}`),
      )
    : undefined;

/** `initial` are settings of a new channel that the form does not ask for. */
export function creationOf(
  type: string,
  name: string,
  storeId: string,
  values: FilledIn,
  initial: Channel["settings"] = {},
) {
  const externalId = values.find(({ field }) => field.in === "externalId")?.value.trim();
  return {
    type,
    name: name.trim(),
    ...(storeId && { storeId }),
    ...(externalId !== undefined && { externalId }),
    ...credentialsOf(values),
    settings: settingsOf(initial, values),
  };
}

export const changeOf = (channel: Channel, name: string, values: FilledIn) => ({
  name: name.trim(),
  ...correctionOf(channel, values),
  ...credentialsOf(values),
  settings: settingsOf(channel.settings, values),
  version: channel.version,
});

function correctionOf(channel: Channel, values: FilledIn): { externalId?: string } {
  const externalId = values.find(({ field }) => field.in === "externalId")?.value.trim();
  return externalId && externalId !== channel.externalId && correctable(channel) ? { externalId } : {};
}

function credentialsOf(values: FilledIn): { credentials?: Record<string, string> } {
  const given = values.filter(({ field, value }) => field.in === "credentials" && value.trim() !== "");
  if (given.length === 0) return {};
  return { credentials: Object.fromEntries(given.map(({ field, value }) => [field.name, value.trim()])) };
}

/** Settings without a field stay unchanged. */
function settingsOf(known: Channel["settings"], values: FilledIn): Channel["settings"] {
  const settings = { ...known };
  for (const { field, value } of values) {
    if (field.in !== "settings") continue;
    const next = field.write ? field.write(value) : value.trim();
    if (next === undefined) delete settings[field.name];
    else settings[field.name] = next;
  }
  return settings;
}
