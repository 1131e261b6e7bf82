import { expect, test } from "vitest";
import { textColorOn } from "./index.ts";

const luminance = (colour: string) => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (a: string, b: string) => {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};

test("text on any accent colour has a contrast of at least 4.5:1", () => {
  const parts = ["00", "33", "66", "80", "99", "cc", "ff"];
  for (const red of parts)
    for (const green of parts)
      for (const blue of parts) {
        const accent = `#${red}${green}${blue}`;
        expect([accent, contrast(accent, textColorOn(accent)) >= 4.5]).toEqual([accent, true]);
      }
});

test.each([
  ["#ffffff", "#000000"],
  ["#000000", "#ffffff"],
  ["#0b726d", "#ffffff"],
  ["#767676", "#ffffff"],
  ["#777777", "#000000"],
  ["#ffcc00", "#000000"],
])("text on %s is %s", (accent, ink) => {
  expect(textColorOn(accent)).toBe(ink);
});
