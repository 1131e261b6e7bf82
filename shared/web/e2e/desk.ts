/** Page object of the console. Elements are found by the texts of the catalogues. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { catalogueOf } from "../console/dev/catalogues.ts";
import type { Key } from "../console/src/core/texts.ts";
import { password } from "./stack.ts";

const catalogues = { en: catalogueOf("en"), es: catalogueOf("es"), pt: catalogueOf("pt") };

/** Returns a lookup of texts in one language, with the placeholders filled in. */
export function texts(language: "en" | "es" | "pt"): (key: Key, values?: Record<string, string | number>) => string {
  return (key, values = {}) => {
    const sentence = catalogues[language][key];
    if (sentence === undefined) throw new Error(`${language} has no ${key}`);
    return sentence.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
  };
}

export const t = texts("es");

export class Desk {
  /** Uncaught exceptions and console errors of the page. */
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly url: string,
  ) {
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content.Security.Policy|Refused to|React|key/i.test(message.text())) {
        this.errors.push(message.text());
      }
    });
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  async signIn(email: string, secret = password): Promise<void> {
    await this.goto("/sign-in");
    await this.page.getByLabel(t("field.email")).fill(email);
    await this.page.getByLabel(t("field.password"), { exact: true }).fill(secret);
    await this.button("auth.signIn.submit").click();
    await this.online();
  }

  /** Waits until the console is shown and its socket is open. */
  async online(): Promise<void> {
    await this.page.getByRole("navigation").waitFor();
    await expect.poll(() => this.page.getByRole("status").allTextContents()).toContain(t("connection.online"));
  }

  button(key: Key, values?: Record<string, string | number>): Locator {
    return this.page.getByRole("button", { name: t(key, values), exact: true });
  }

  async box(key: "inbox.box.mine" | "inbox.box.unassigned" | "inbox.box.all"): Promise<void> {
    await this.choose("inbox.box.label", key);
  }

  async state(key: Key): Promise<void> {
    await this.choose("inbox.state.label", key);
  }

  private async choose(group: Key, key: Key): Promise<void> {
    // The label can end with a count.
    const label = this.page.getByRole("radiogroup", { name: t(group) }).locator("label");
    await label.filter({ hasText: new RegExp(`^${t(key)}`) }).click();
  }

  get rows(): Locator {
    return this.page.locator("a[data-conversation]");
  }

  row(name: string): Locator {
    return this.rows.filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async names(): Promise<string[]> {
    const rows = await this.rows.evaluateAll((all) =>
      all.map((row) => [row.closest("li")?.ariaPosInSet, row.querySelector("[class*=name]")?.textContent]),
    );
    return rows.toSorted((a, b) => Number(a[0]) - Number(b[0])).map((row) => row[1] ?? "");
  }

  async open(name: string): Promise<void> {
    await this.row(name).click();
    await this.page.getByRole("heading", { name, level: 2, exact: true }).waitFor();
    await this.log.waitFor();
  }

  get log(): Locator {
    return this.page.getByRole("log");
  }

  /** Scrolls to the newest messages: a conversation opens where its unread ones begin. */
  async toEnd(text: string): Promise<void> {
    await expect
      .poll(async () => {
        await this.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
        return this.message(text).isVisible();
      })
      .toBe(true);
  }

  message(text: string): Locator {
    return this.log.locator("article").filter({ hasText: text });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: t("composer.label"), exact: true });
  }

  async reply(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** The delivery status icon of an outgoing message. */
  delivery(text: string, key: Key): Locator {
    return this.message(text).getByRole("img", { name: t(key), exact: true });
  }

  event(text: string): Locator {
    return this.log.locator("[data-type]").filter({ hasText: text });
  }

  /** Shows all events that are folded into one line. */
  async unfold(): Promise<void> {
    const folded = this.log.getByRole("button", { name: /^\d+ más$/, expanded: false });
    await folded.first().waitFor();
    while ((await folded.count()) > 0) await folded.first().click();
  }

  async assignTo(name: string): Promise<void> {
    await this.page.getByRole("button", { name: /^Asignad[ao] a/ }).click();
    await this.page.getByRole("option", { name: new RegExp(name) }).click();
  }

  async menu(name: string, item: Key, role: "menuitem" | "menuitemradio" = "menuitem"): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
    await this.page.getByRole(role, { name: t(item), exact: true }).click();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.online();
  }

  /** Marks the document; the returned function tells whether it is still the same, i.e. not reloaded. */
  async mark(): Promise<() => Promise<boolean>> {
    await this.page.evaluate(() => {
      document.documentElement.dataset.marked = "yes";
    });
    return () => this.page.evaluate(() => document.documentElement.dataset.marked === "yes");
  }
}
