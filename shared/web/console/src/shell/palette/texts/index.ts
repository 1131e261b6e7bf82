import { texts } from "../../../core/texts.ts";
import type en from "./en.json";

declare module "../../../core/texts.ts" {
  interface Catalogue extends Readonly<typeof en> {}
}

export const paletteTexts = texts<typeof en>({
  en: () => import("./en.json"),
  es: () => import("./es.json"),
  pt: () => import("./pt.json"),
});
