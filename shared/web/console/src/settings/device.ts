/** "Firefox · Windows" from a user agent; the whole user agent when neither is recognised. */
export function deviceName(userAgent: string): string {
  const browser = /Edg\//.test(userAgent)
    ? "Edge"
    : (/(Firefox|OPR|Chrome|Safari)\//.exec(userAgent)?.[1]?.replace("OPR", "Opera") ?? "");
  const system = /iPhone|iPad/.test(userAgent)
    ? "iOS"
    : (/(Android|Windows|Mac OS X|Linux)/.exec(userAgent)?.[1]?.replace("Mac OS X", "macOS") ?? "");
  return [browser, system].filter(Boolean).join(" · ") || userAgent;
}
