// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { COLOR, originsOf, siteOf, snippetOf } from "./site.ts";

// S0-32
describe("originsOf", () => {
  test("one per line, normalised, without duplicates", () => {
    const text = " https://Shop.example/ \n\nhttps://shop.example\nhttps://shop.example:8443\nhttp://localhost:8081";
    expect(originsOf(text)).toEqual({
      origins: ["https://shop.example", "https://shop.example:8443", "http://localhost:8081"],
    });
  });

  test.each([
    ["https://shop.example:443", "https://shop.example"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["https://127.0.0.1", "https://127.0.0.1"],
    ["https://ñandú.example", "https://xn--and-6ma2c.example"],
  ])("%s is %s", (line, origin) => {
    expect(originsOf(line)).toEqual({ origins: [origin] });
  });

  test.each([
    ["shop.example", "notAddress", "https://shop.example"],
    ["http://shop.example", "notSecure", "https://shop.example"],
    ["http://localhost.evil.example", "notSecure", "https://localhost.evil.example"],
    ["https://shop.example/carrito", "path", "https://shop.example"],
    ["https://shop.example?x=1", "path", "https://shop.example"],
    ["https://*.shop.example", "notAddress", null],
    ["https://ana:secreto@shop.example", "notAddress", null],
    ["ftp://shop.example", "notAddress", "https://shop.example"],
    ["javascript:alert(1)", "notAddress", null],
    ["https://shop", "notAddress", null],
    ["*", "notAddress", null],
  ])("%s is refused: %s", (line, fault, suggestion) => {
    expect(originsOf(`https://otra.example\n${line}`)).toEqual({ fault, line, suggestion });
  });

  test("at least one is required", () => {
    expect(originsOf(" \n ")).toEqual({ fault: "none" });
  });
});

describe("siteOf", () => {
  test("ignores settings of a wrong type", () => {
    expect(siteOf({ settings: { origins: ["https://a.example", 7], title: null, color: "red" } })).toEqual({
      origins: ["https://a.example"],
      title: "",
      greeting: "",
      color: COLOR,
    });
    expect(siteOf({ settings: {} }).origins).toEqual([]);
  });
});

// S0-30, S0-31
describe("snippetOf", () => {
  const run = (code: string, readyState: "complete" | "interactive") => {
    const [script, ...others] = new DOMParser().parseFromString(
      snippetOf("https://app.example", code, COLOR),
      "text/html",
    ).scripts;
    expect(others).toEqual([]);
    const added: HTMLScriptElement[] = [];
    const page = {
      readyState,
      head: { appendChild: (one: HTMLScriptElement) => added.push(one) },
      createElement: () => ({ dataset: {} }),
    };
    const loads: (() => void)[] = [];
    const view = { addEventListener: (_: "load", add: () => void) => loads.push(add) };
    new Function("window", "document", script?.textContent ?? "")(view, page);
    return { added, load: () => loads.forEach((add) => void add()) };
  };
  const loader = (site: string) => [{ src: "https://app.example/widget/loader.js", dataset: { site, color: COLOR } }];

  test("adds the loader with the site's code after the page has loaded", () => {
    const { added, load } = run("K3M9QX7TB2WZR4HN8PVD", "interactive");
    expect(added).toEqual([]);
    load();
    expect(added).toEqual(loader("K3M9QX7TB2WZR4HN8PVD"));
  });

  test("adds it at once to a page that has loaded", () => {
    expect(run("Z8D2LQ5RV7YJ1FXC4MTB", "complete").added).toEqual(loader("Z8D2LQ5RV7YJ1FXC4MTB"));
  });
});
