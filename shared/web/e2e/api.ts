/** A REST API client, to act beside the browser and to compare with what it shows. */
import type { Conversation, Message, Operator, TimelineEvent } from "@recado/lib/protocol";

interface List<T> {
  items: T[];
  nextCursor: string | null;
}

export class Api {
  private constructor(
    private readonly url: string,
    readonly token: string,
    readonly me: { id: string; name: string },
  ) {}

  static async signIn(url: string, email: string, password: string): Promise<Api> {
    const nobody = new Api(url, "", { id: "", name: "" });
    const body = { email, password, client: "api" };
    const answer = await nobody.post<{ accessToken: string; operator: { id: string; name: string } }>(
      "/auth/sign-in",
      body,
    );
    return new Api(url, answer.accessToken, answer.operator);
  }

  get<T>(path: string): Promise<T> {
    return this.call("GET", path);
  }

  post<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.call("POST", path, body);
  }

  put<T = unknown>(path: string, body: unknown): Promise<T> {
    return this.call("PUT", path, body);
  }

  patch<T = unknown>(path: string, body: unknown): Promise<T> {
    return this.call("PATCH", path, body);
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...(this.token && { Authorization: `Bearer ${this.token}` }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(response.status, `${method} ${path} answered ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  private async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: List<T> = await this.get(cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  conversations(query: Record<string, string> = {}): Promise<Conversation[]> {
    return this.all(`/conversations?${new URLSearchParams({ status: "all", limit: "100", ...query })}`);
  }

  /** Oldest first. The API pages backwards. */
  async messages(id: string): Promise<Message[]> {
    return (await this.all<Message>(`/conversations/${id}/messages?limit=100`)).toSorted(byId);
  }

  async events(id: string): Promise<TimelineEvent[]> {
    return (await this.all<TimelineEvent>(`/conversations/${id}/events?limit=100`)).toSorted(byId);
  }

  operators(): Promise<Operator[]> {
    return this.all("/operators?limit=100");
  }

  async withContact(name: string): Promise<Conversation> {
    const found = (await this.conversations()).find(({ contact }) => contact.name === name);
    if (!found) throw new Error(`no conversation with ${name}`);
    return found;
  }

  reply(id: string, text: string): Promise<Message> {
    const body = { clientId: crypto.randomUUID(), type: "text", text, attachments: [], replyTo: null };
    return this.post(`/conversations/${id}/messages`, body);
  }

  act(id: string, verb: "resolve" | "reopen" | "pending"): Promise<Conversation> {
    return this.post(`/conversations/${id}/${verb}`);
  }

  assign(id: string, operatorId: string | null): Promise<Conversation> {
    return this.post(`/conversations/${id}/assign`, { operatorId });
  }
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
