/** The customers on Telegram: the Telegram simulator's control API. */
import type { Upload } from "./phone.ts";

export interface Chat {
  /** Empty for a new one. A group has a negative id. */
  id?: string;
  name: string;
  username?: string;
  group?: boolean;
}

export interface TelegramMessage {
  id: string;
  account: string;
  customer: string;
  fromBusiness: boolean;
  type: string;
  text?: string;
  file?: { id: string; name?: string; mime: string; size: number };
  place?: { latitude: number; longitude: number; name?: string; address?: string };
  /** Buttons of the inline keyboard; one without an id opens an address. */
  options?: { id?: string; title: string }[];
  replyTo?: string;
  /** The customer's emoji, and the business's. */
  reaction?: string;
  businessReaction?: string;
  edited?: boolean;
  /** Deleted by the business. */
  revoked?: boolean;
  status: string;
}

export class Telegram {
  private readonly api: string;

  constructor(url: string) {
    this.api = `${url}/local/sim/telegram`;
  }

  /** Creates a bot, or changes it. The token is "<bot id>:<secret>". */
  async addBot(token: string, name: string, username: string): Promise<void> {
    await this.post("/accounts", { token, name, display: `@${username}` });
  }

  /** Adds a chat, or changes it, and returns its id. */
  async add(chat: Chat): Promise<string> {
    return ((await this.post("/customers", chat)) as { id: string }).id;
  }

  async state(): Promise<{
    /** A chat that nobody named has no name. */
    customers: (Omit<Chat, "name"> & { id: string; name?: string })[];
    messages: TelegramMessage[];
    undelivered: number;
  }> {
    return (await fetch(`${this.api}/state`)).json();
  }

  /** The messages of both sides in a chat, oldest first. */
  async of(chat: string): Promise<TelegramMessage[]> {
    return (await this.state()).messages.filter(({ customer }) => customer === chat);
  }

  /** Writes to a bot, or to the first one. Returns the message's id. */
  async say(chat: string, text: string, account = ""): Promise<string> {
    return ((await this.post(`/customers/${chat}/messages`, { account, text })) as { id: string }).id;
  }

  async sendFile(chat: string, { name, mimeType, buffer }: Upload, text = "", account = ""): Promise<void> {
    const form = new FormData();
    form.append("account", account);
    form.append("text", text);
    form.append("file", new File([new Uint8Array(buffer)], name, { type: mimeType }));
    await this.answered(await fetch(`${this.api}/customers/${chat}/messages`, { method: "POST", body: form }));
  }

  async sendPlace(
    chat: string,
    place: { latitude: number; longitude: number; name?: string; address?: string },
  ): Promise<void> {
    await this.post(`/customers/${chat}/messages`, { place });
  }

  /** Reacts to a message of either side, or edits an own one. */
  async change(id: string, change: { emoji: string } | { text: string }): Promise<void> {
    await this.post(`/messages/${encodeURIComponent(id)}/change`, change);
  }

  /** Presses a button of an inline keyboard. */
  async tap(id: string, option: string): Promise<void> {
    await this.post(`/messages/${encodeURIComponent(id)}/tap`, { option });
  }

  /** Lets these chats send updates that are drawn from a seed to break something, and returns when all are accepted. */
  async attack(seed: number, webhooks: number, customers: string[]): Promise<void> {
    await this.post("/hostile", { seed, webhooks, customers });
  }

  async block(chat: string, blocked = true, account = ""): Promise<void> {
    await this.post(`/customers/${chat}/block`, { account, blocked });
  }

  /** Makes the next call of the business fail. The code is an HTTP status: 403 is a blocked bot. */
  async fail(fault: {
    on?: string;
    do?: string;
    code?: number;
    times?: number;
    retryAfter?: number;
    accept?: boolean;
  }): Promise<void> {
    await this.post("/faults", fault);
  }

  private async post(path: string, body: unknown): Promise<unknown> {
    return this.answered(
      await fetch(this.api + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  }

  private async answered(response: Response): Promise<unknown> {
    if (!response.ok) throw new Error(`the Telegram simulator answered ${response.status} ${await response.text()}`);
    return response.json();
  }
}
