// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";
import { copied } from "./clipboard.ts";
import { COLOR, originsOf, siteOf, snippetOf } from "./site.ts";
import { businessAccountOf, withBusinessAccount } from "./whatsapp.ts";

afterEach(() => vi.unstubAllGlobals());

// S0-32
describe("originsOf", () => {
  test("are one a line, as a browser writes them, and none twice", () => {
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

  test("without one the chat could appear nowhere", () => {
    expect(originsOf(" \n ")).toEqual({ fault: "none" });
  });
});

describe("siteOf", () => {
  test("leaves out what is not what it should be", () => {
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
test("the code is one tag that does not hold the page up, and each site has its own", () => {
  const tag = (code: string) => {
    const [script, ...others] = new DOMParser().parseFromString(
      snippetOf("https://app.example", code, COLOR),
      "text/html",
    ).scripts;
    expect(others).toEqual([]);
    return { src: script?.getAttribute("src"), site: script?.dataset.site, async: script?.hasAttribute("async") };
  };
  expect(tag("K3M9QX7TB2WZR4HN8PVD")).toEqual({
    src: "https://app.example/widget/loader.js",
    site: "K3M9QX7TB2WZR4HN8PVD",
    async: true,
  });
  expect(tag("Z8D2LQ5RV7YJ1FXC4MTB").site).toBe("Z8D2LQ5RV7YJ1FXC4MTB");
});

// S0-30
describe("copied", () => {
  const field = () => {
    const made = document.createElement("textarea");
    made.value = "<script>";
    document.body.append(made);
    return made;
  };
  const refusing = { clipboard: { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) } };

  test("goes to the clipboard", async () => {
    const writeText = vi.fn(async () => {});
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    expect(await copied("<script>", null)).toBe(true);
    expect(writeText).toHaveBeenCalledWith("<script>");
  });

  test.each([
    ["refuses", refusing],
    ["has none", {}],
  ])("a browser that %s it is asked the old way, with the text marked", async (_, navigator) => {
    vi.stubGlobal("navigator", navigator);
    document.execCommand = vi.fn(() => true);
    const made = field();
    expect(await copied("<script>", made)).toBe(true);
    expect([document.activeElement, made.selectionStart, made.selectionEnd]).toEqual([made, 0, 8]);
  });

  test("where nothing helps the person is told", async () => {
    vi.stubGlobal("navigator", refusing);
    document.execCommand = () => false;
    expect(await copied("<script>", field())).toBe(false);
    expect(await copied("<script>", null)).toBe(false);
  });
});

describe("the business account", () => {
  test("is put among the other settings, and taken away alone", () => {
    const settings = { later: true, businessAccountId: "1" };
    expect(withBusinessAccount(settings, "23456")).toEqual({ later: true, businessAccountId: "23456" });
    expect(withBusinessAccount(settings, "")).toEqual({ later: true });
    expect(withBusinessAccount({}, "")).toEqual({});
  });

  test("is empty when the settings hold something else", () => {
    expect(businessAccountOf({ businessAccountId: 7 })).toBe("");
    expect(businessAccountOf({})).toBe("");
  });
});
