/** What can be done with a message that was not sent. Pure. */
import type { Capabilities } from "@recado/lib/protocol";
import type { ReplyWindow } from "./window.ts";

/** `template`: only a template can be sent. `wait`: nothing can be sent until the contact writes. */
export type WayOut = "retry" | "template" | "wait";

/** The way out for free messages, by the conversation's window. */
export function wayOutOf(window: ReplyWindow, able: Capabilities | undefined): WayOut {
  if (!able || window.open) return "retry";
  return able.templates ? "template" : "wait";
}

/** Reasons for which the server refuses the same template again. */
const notThisTemplate = new Set(["phone_needed", "template_unavailable", "template_stopped"]);

/** The way out for one message. Templates may be sent outside the window. */
export const wayOutFor = (type: string, reason: string | undefined, ofFree: WayOut): WayOut =>
  type === "template" ? (notThisTemplate.has(reason ?? "") ? "template" : "retry") : ofFree;
