// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { COLOR, originsOf, siteName, siteOf, snippetOf, withTwins } from "./site.ts";

// S0-32
describe("originsOf", () => {
  test("one per line, normalised, without duplicates", () => {
    const text = " https://Shop.example/ \n\nhttps://shop.example\nhttps://shop.example:8443\nhttp://localhost:8081";
    expect(originsOf(text)).toEqual({
      origins: ["https://shop.example", "https://shop.example:8443", "http://localhost:8081"],
    });
  });

  test.each([
    ["panaderiaflor.com.ar", "https://panaderiaflor.com.ar"],
    [" https://www.panaderiaflor.com.ar/contacto?x=1 ", "https://www.panaderiaflor.com.ar"],
    ["HTTP://PanaderiaFlor.com.ar", "https://panaderiaflor.com.ar"],
    ["http://shop.example", "https://shop.example"],
    ["https//shop.example", "https://shop.example"],
    ["//shop.example/#top", "https://shop.example"],
    ["ftp://shop.example", "https://shop.example"],
    ["shop.example.", "https://shop.example"],
    ["https://shop.example:443", "https://shop.example"],
    ["mi_tienda.shop.example", "https://mi_tienda.shop.example"],
    ["localhost:3000", "http://localhost:3000"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["https://127.0.0.1", "https://127.0.0.1"],
    ["http://localhost.evil.example", "https://localhost.evil.example"],
    ["ñandú.example", "https://xn--and-6ma2c.example"],
  ])("%s is %s", (line, origin) => {
    expect(originsOf(line)).toEqual({ origins: [origin] });
  });

  test.each([
    "https://*.shop.example",
    "https://ana:secreto@shop.example",
    "ana@shop.example",
    "javascript:alert(1)",
    "https://shop",
    "Panadería",
    "*",
  ])("%s is no address", (line) => {
    expect(originsOf(`https://otra.example\n${line}`)).toEqual({ wrong: line });
  });

  test("at least one is required", () => {
    expect(originsOf(" \n ")).toEqual({ wrong: null });
  });
});

test.each([
  ["https://flor.example", ["https://flor.example", "https://www.flor.example"]],
  ["https://www.flor.example:8443", ["https://www.flor.example:8443", "https://flor.example:8443"]],
  ["http://localhost:3000", ["http://localhost:3000"]],
  ["https://192.0.2.7", ["https://192.0.2.7"]],
])("withTwins: %s is added with and without www", (origin, both) => {
  expect(withTwins([origin])).toEqual(both);
  expect(withTwins(both)).toEqual(both);
});

test.each([
  ["https://www.PanaderiaFlor.com.ar/contacto?x=1", "panaderiaflor.com.ar"],
  ["Ñandú.example, otra.example", "ñandú.example"],
  ["localhost:3000", "localhost:3000"],
])("siteName: %s is %s", (typed, name) => {
  expect(siteName(typed)).toBe(name);
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
