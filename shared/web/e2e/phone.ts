/** Client of the WhatsApp simulator's control API: acts as the customers' phones. */
export interface Customer {
  phone: string;
  name?: string;
  username?: string;
}

export interface PhoneMessage {
  id: string;
  customer: string;
  fromBusiness: boolean;
  type: string;
  text?: string;
  file?: { id: string; name?: string; mime: string; size: number };
  place?: { latitude: number; longitude: number; name?: string; address?: string };
  cards?: { name: string; phones?: string[] }[];
  /** The reply options; `button` opens them if they are a list. */
  options?: { id?: string; title: string }[];
  button?: string;
  template?: string;
  status: string;
}

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export class Phone {
  private readonly api: string;

  constructor(url: string) {
    this.api = `${url}/local/sim/whatsapp`;
  }

  async state(): Promise<{ customers: Customer[]; messages: PhoneMessage[]; undelivered: number }> {
    return (await fetch(`${this.api}/state`)).json();
  }

  async messagesOf(phone: string): Promise<PhoneMessage[]> {
    return (await this.state()).messages.filter(({ customer }) => customer === phone);
  }

  async add(...customers: Customer[]): Promise<void> {
    for (const customer of customers) await this.post("/customers", customer);
  }

  /** Registers a business number with its token, or changes it. */
  async addNumber(id: string, display: string, token: string): Promise<void> {
    await this.post("/accounts", { id, display, token });
  }

  async say(phone: string, text: string): Promise<void> {
    await this.post(`/customers/${phone}/messages`, { text });
  }

  /** Reacts to any message, or edits or deletes one of the customer's. */
  async change(id: string, change: { emoji: string } | { text: string } | { revoke: true }): Promise<void> {
    await this.post(`/messages/${encodeURIComponent(id)}/change`, change);
  }

  async sendFile(phone: string, { name, mimeType, buffer }: Upload, text = ""): Promise<void> {
    const form = new FormData();
    form.append("text", text);
    form.append("file", new File([new Uint8Array(buffer)], name, { type: mimeType }));
    await this.answered(await fetch(`${this.api}/customers/${phone}/messages`, { method: "POST", body: form }));
  }

  /** Lets these customers send webhooks that are drawn from a seed to break something, and returns when all are accepted. */
  async attack(seed: number, webhooks: number, customers: string[]): Promise<void> {
    await this.post("/hostile", { seed, webhooks, customers });
  }

  /** Opens the chat, which marks all messages as read. */
  async openChat(phone: string): Promise<void> {
    await this.post(`/customers/${phone}/read`, {});
  }

  /** Makes the next API call of the business fail. */
  async fail(fault: { on?: string; do?: string; code?: number; times?: number }): Promise<void> {
    await this.post("/faults", fault);
  }

  /** Adds a template on WhatsApp's side, to be fetched by the next refresh. */
  async putTemplate(template: { name: string; language: string; status: string; body: string }): Promise<void> {
    await this.post("/templates", { id: template.name, category: "UTILITY", ...template });
  }

  private async post(path: string, body: unknown): Promise<void> {
    await this.answered(
      await fetch(this.api + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  }

  private async answered(response: Response): Promise<void> {
    if (!response.ok) throw new Error(`the simulator answered ${response.status} ${await response.text()}`);
  }
}
