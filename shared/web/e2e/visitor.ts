/** Page object of a shop's page with the widget. Elements are found by the texts of the widget's catalogue. */
import type { BrowserContext, FrameLocator, Locator, Page } from "playwright-core";
import es from "../widget/src/i18n/es.json" with { type: "json" };

type Key = keyof typeof es;

export const w = (key: Key, values: Record<string, string> = {}): string =>
  es[key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

export class Visitor {
  /** Uncaught exceptions and policy violations of the shop's page and the chat. */
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly shop: string,
  ) {
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content.Security.Policy|Refused to/i.test(message.text()))
        this.errors.push(message.text());
    });
  }

  async goto(path = ""): Promise<void> {
    await this.page.goto(this.shop + path);
  }

  get launcher(): Locator {
    return this.page.getByRole("button", { name: /chat|mensaje/i });
  }

  get chat(): FrameLocator {
    return this.page.frameLocator('iframe[src*="/widget/v1/frame"]');
  }

  async open(): Promise<void> {
    await this.launcher.click();
    await this.field.waitFor();
  }

  get field(): Locator {
    return this.chat.getByRole("textbox", { name: w("composer.label") });
  }

  get log(): Locator {
    return this.chat.getByRole("log");
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  message(text: string): Locator {
    return this.log.locator(".row").filter({ hasText: text });
  }

  /** The status icon of a message of the visitor. */
  state(text: string, key: Key): Locator {
    return this.message(text).getByRole("img", { name: w(key) });
  }

  async attach(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.chat.locator('input[type="file"]').setInputFiles(file);
    await this.chat.getByText(file.name).waitFor();
    await this.field.press("Enter");
  }
}
