/**
 * What the loader in the shop's page and the chat in its frame tell each other: a closed list. Whoever receives checks
 * where a message comes from before it asks what it is.
 */

/** From the page to the frame. The first `hello` binds the frame to the page that said it. */
export type ToFrame =
  | { type: "hello"; url: string; title: string; open: boolean }
  /** The panel was opened or closed. */
  | { type: "panel"; open: boolean };

/** From the frame to the page. */
export type ToPage =
  | { type: "ready" }
  | { type: "close" }
  /** `started`: there is a conversation to come back to. Colours are `#rrggbb`. */
  | { type: "state"; unread: number; started: boolean; color: string };

/** Where a site has chosen no colour. */
export const PETROL = "#0b726d";

/** Black or white, whichever is read better on the colour: at least 4.58:1. */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
