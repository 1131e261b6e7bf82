/** A site: where the web chat may appear, how it looks, and the line that brings it there. Pure. */
import { DEFAULT_ACCENT } from "@recado/lib/bridge";
import type { Channel } from "@recado/lib/protocol";

export interface Site {
  origins: string[];
  title: string;
  greeting: string;
  color: string;
}

export const COLOR = DEFAULT_ACCENT;

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

/** The page's own machine is tried out without a certificate. */
const isLocal = (host: string) => host === "127.0.0.1" || /^(.+\.)?localhost$/.test(host);

const scheme = /^(?:[a-z][a-z\d+.-]*:\/+|https?\/\/|\/\/)/i;

/**
 * https://host[:port] of an address as people type it or copy it from the browser: scheme, path, and what a link carries are
 * repaired. Null if it names no host.
 */
export function originOf(typed: string): string | null {
  const line = typed.trim();
  let url: URL;
  try {
    url = new URL(`https://${line.replace(scheme, "")}`);
  } catch {
    return null;
  }
  const host = url.hostname.replace(/\.$/, "");
  const named = isLocal(host) || /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(host);
  // An e-mail address would be read as its provider's site.
  if (!named || url.username || url.password) return null;
  const plain = isLocal(host) && !/^https:/i.test(line);
  return `${plain ? "http" : "https"}://${host}${url.port && `:${url.port}`}`;
}

/** The same site with www or without; null for a host that has no such pair. */
function twinOf(origin: string): string | null {
  const { hostname } = new URL(origin);
  if (isLocal(hostname) || /^[\d.]+$/.test(hostname)) return null;
  return hostname.startsWith("www.") ? origin.replace("//www.", "//") : origin.replace("//", "//www.");
}

export type OriginsVerdict = { origins: string[] } | { wrong: string | null };

/** The origins of a text with one address or several, without duplicates; or the first that is wrong, null if there is none at all. */
export function originsOf(text: string): OriginsVerdict {
  const lines = text.split(/[\n,\s]+/).filter(Boolean);
  if (lines.length === 0) return { wrong: null };
  const origins = new Set<string>();
  for (const line of lines) {
    const origin = originOf(line);
    if (origin === null) return { wrong: line };
    origins.add(origin);
  }
  return { origins: [...origins] };
}

/** Each origin with its twin: visitors come by both, and people type one. */
export const withTwins = (origins: readonly string[]): string[] => [
  ...new Set(origins.flatMap((origin) => [origin, twinOf(origin) ?? origin])),
];

/** What people call the site of an address: its host without www. */
export const siteName = (typed: string): string =>
  (typed.trim().split(/[\n,\s]+/)[0] ?? "")
    .replace(scheme, "")
    .replace(/[/?#].*$/, "")
    .replace(/^www\./i, "")
    .replace(/\.$/, "")
    .toLowerCase();

/** Where people of the account see the site's chat and write as visitors do. */
export const previewPath = ({ id }: Pick<Channel, "id">): string => `/preview/${encodeURIComponent(id)}`;

/**
 * One line. The code is the site's own: it says whose conversations they are. The colour is the button's before anybody chats. Browsers
 * hold a page's load event until its scripts are there, asynchronous ones too, so the loader is added after that event.
 */
export const snippetOf = (host: string, code: string, color: string): string =>
  `<script>(function(w,d){function add(){var s=d.createElement("script");s.src="${host}/widget/loader.js";` +
  `s.dataset.site="${code}";s.dataset.color="${color}";d.head.appendChild(s)}` +
  `d.readyState==="complete"?add():w.addEventListener("load",add)})(window,document)</script>`;
