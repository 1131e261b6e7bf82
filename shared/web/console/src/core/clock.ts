/** The server's time, in milliseconds. The browser's clock may be wrong by hours. */
let ahead = 0;

/** Called with the time of a response. Network latency is ignored. */
export function setServerTime(iso: string): void {
  ahead = Date.parse(iso) - Date.now();
}

export const serverNow = (): number => Date.now() + ahead;
