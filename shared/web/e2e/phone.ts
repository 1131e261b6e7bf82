/** The customers' phones: the WhatsApp simulator's control API. */
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
  /** What there is to tap, and the button that opens it if it is a list. */
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

  async of(phone: string): Promise<PhoneMessage[]> {
    return (await this.state()).messages.filter(({ customer }) => customer === phone);
  }

  async add(...customers: Customer[]): Promise<void> {
    for (const customer of customers) await this.post("/customers", customer);
  }

  async say(phone: string, text: string): Promise<void> {
    await this.post(`/customers/${phone}/messages`, { text });
  }

  /** The customer reacts to a message of either side, or edits or deletes one of theirs. */
  async change(id: string, change: { emoji: string } | { text: string } | { revoke: true }): Promise<void> {
    await this.post(`/messages/${encodeURIComponent(id)}/change`, change);
  }

  async sendFile(phone: string, { name, mimeType, buffer }: Upload, text = ""): Promise<void> {
    const form = new FormData();
    form.append("text", text);
    form.append("file", new File([new Uint8Array(buffer)], name, { type: mimeType }));
    await this.answered(await fetch(`${this.api}/customers/${phone}/messages`, { method: "POST", body: form }));
  }

  /** The customer opens the chat: all that came is read. */
  async look(phone: string): Promise<void> {
    await this.post(`/customers/${phone}/read`, {});
  }

  /** The next call of the business fails. */
  async fail(fault: { on?: string; do?: string; code?: number; times?: number }): Promise<void> {
    await this.post("/faults", fault);
  }

  /** WhatsApp has a template that the business has not read yet. */
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
    if (!response.ok) throw new Error(`the phone answered ${response.status} ${await response.text()}`);
  }
}
