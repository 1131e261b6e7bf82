import { load } from "./loader.ts";

load(
  (document.currentScript as HTMLScriptElement | null) ??
    document.querySelector<HTMLScriptElement>('script[data-site][src*="/widget/loader.js"]'),
);
