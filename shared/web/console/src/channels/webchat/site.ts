/** A site: where the web chat may appear, how it looks, and the line that brings it there. Pure. */
import type { Channel } from "@recado/lib/protocol";

export interface Site {
  origins: string[];
  title: string;
  greeting: string;
  color: string;
}

export const COLOR = "#1c7ed6";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The settings of a channel belong to its type and come as they are: what is not what it should be is left out. */
export function siteOf({ settings }: Pick<Channel, "settings">): Site {
  const origins = Array.isArray(settings.origins) ? settings.origins.filter((one) => typeof one === "string") : [];
  const color = text(settings.color);
  return {
    origins,
    title: text(settings.title),
    greeting: text(settings.greeting),
    color: isColor(color) ? color : COLOR,
  };
}

export const isColor = (value: string): boolean => /^#[0-9a-f]{6}$/i.test(value);

export type OriginFault = "notAddress" | "notSecure" | "path";

/** The page's own machine is tried out without a certificate. */
const isLocal = (host: string) => host === "127.0.0.1" || /^(.+\.)?localhost$/.test(host);

/** https://host[:port], as a browser writes it; people paste whole addresses, and are told what is too much. */
export function originOf(line: string): { origin: string } | { fault: OriginFault } {
  let url: URL;
  try {
    url = new URL(line.trim());
  } catch {
    return { fault: "notAddress" };
  }
  const host = url.hostname;
  const named = isLocal(host) || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(host);
  if (!["http:", "https:"].includes(url.protocol) || !named || url.username || url.password) {
    return { fault: "notAddress" };
  }
  if (url.protocol === "http:" && !isLocal(host)) return { fault: "notSecure" };
  if (url.pathname !== "/" || url.search || url.hash) return { fault: "path" };
  return { origin: url.origin };
}

export type OriginsVerdict =
  | { origins: string[] }
  | { fault: OriginFault; line: string; suggestion: string | null }
  | { fault: "none" };

/** One a line; the first that is wrong is named. Twice the same is once. */
export function originsOf(text: string): OriginsVerdict {
  const lines = text.split(/[\n,\s]+/).filter(Boolean);
  if (lines.length === 0) return { fault: "none" };
  const origins = new Set<string>();
  for (const line of lines) {
    const verdict = originOf(line);
    if ("fault" in verdict) return { fault: verdict.fault, line, suggestion: suggestionFor(line) };
    origins.add(verdict.origin);
  }
  return { origins: [...origins] };
}

/** What was probably meant: the address without its path, with https. */
function suggestionFor(line: string): string | null {
  const bare = line.trim().replace(/^\w+:\/\//, "");
  const verdict = originOf(`https://${bare.split(/[/?#]/)[0]}`);
  return "origin" in verdict ? verdict.origin : null;
}

/**
 * One line. The code is the site's own: it says whose conversations they are. The colour is the button's before anybody chats. Browsers
 * hold a page's load event until its scripts are there, asynchronous ones too, so the loader is added after that event.
 */
export const snippetOf = (host: string, code: string, color: string): string =>
  `<script>(function(w,d){function add(){var s=d.createElement("script");s.src="${host}/widget/loader.js";` +
  `s.dataset.site="${code}";s.dataset.color="${color}";d.head.appendChild(s)}` +
  `d.readyState==="complete"?add():w.addEventListener("load",add)})(window,document)</script>`;
