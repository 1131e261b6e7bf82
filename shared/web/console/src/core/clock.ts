/** The server's clock, by which windows close: this browser's may be wrong by hours. */
let ahead = 0;

/** Called with an answer that has just come; its way is not counted. */
export function setServerTime(iso: string): void {
  ahead = Date.parse(iso) - Date.now();
}

export const serverNow = (): number => Date.now() + ahead;
