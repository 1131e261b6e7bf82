/** What a WhatsApp number's settings say. Pure. */
import type { Channel } from "@recado/lib/protocol";

type Settings = Channel["settings"];

/** The account that the templates belong to; empty when nobody named it. */
export const businessAccountOf = (settings: Settings): string =>
  typeof settings.businessAccountId === "string" ? settings.businessAccountId : "";

/** Everything else in the settings stays as it is. */
export function withBusinessAccount(settings: Settings, id: string): Settings {
  const { businessAccountId: _, ...others } = settings;
  return id === "" ? others : { ...others, businessAccountId: id };
}
