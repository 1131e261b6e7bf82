/**
 * The messages between the loader in the shop's page and the chat in its frame. Receivers check a message's origin and
 * source before its type.
 */

/** From the page to the frame. The frame accepts only messages from the origin of the first `hello`. */
export type ToFrame =
  | { type: "hello"; url: string; title: string; open: boolean }
  /** The panel was opened or closed. */
  | { type: "panel"; open: boolean };

/** From the frame to the page. */
export type ToPage =
  | { type: "ready" }
  | { type: "close" }
  /** `started`: the visitor has a conversation. `color` is `#rrggbb`. */
  | { type: "state"; unread: number; started: boolean; color: string };

/** Used if a site has no colour. */
export const DEFAULT_ACCENT = "#0b726d";

/** White where it has a contrast of 4.5:1 on the colour, else black, which then has more (WCAG 2 relative luminance). */
export function textColorOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.183 ? "#000000" : "#ffffff";
}
