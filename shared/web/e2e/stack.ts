/** A running local stack with its own data directory. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { Api } from "./api.ts";
import { Phone } from "./phone.ts";
import { Telegram } from "./telegram.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

export const password = "recado-demo";
export const ana = "ana@demo.example"; // owner, available
export const bruno = "bruno@demo.example"; // operator
export const carla = "carla@demo.example"; // supervisor

export class Stack {
  private readonly secrets = new Set([password, "local-access-token", "local-bot-token"]);

  private constructor(
    readonly url: string,
    readonly phone: Phone,
    readonly telegram: Telegram,
    private readonly directory: string,
    private process: ChildProcess,
  ) {}

  static async start(): Promise<Stack> {
    const directory = await mkdtemp(join(tmpdir(), "recado-e2e-"));
    const { url, child } = await launch(directory, "0");
    return new Stack(url, new Phone(url), new Telegram(url), directory, child);
  }

  /** Stops the server. Its data stays. */
  async halt(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await ended;
  }

  /** Starts the server again after `halt`, with the same address and data. */
  async resume(): Promise<void> {
    this.process = (await launch(this.directory, new URL(this.url).port)).child;
  }

  /** An API client signed in as this operator. */
  async api(email: string): Promise<Api> {
    const api = await Api.signIn(this.url, email, password);
    this.addSecrets(api.token);
    return api;
  }

  addSecrets(...words: string[]): void {
    for (const word of words) this.secrets.add(word);
  }

  async advance(duration: string): Promise<void> {
    await this.control("/local/clock", { advance: duration });
  }

  /** Cuts `n` random sockets and returns how many were cut. */
  async cutSockets(n: number, silent: boolean): Promise<number> {
    const answer = (await this.control("/local/sockets/cut", { n, silent })) as { cut: number };
    return answer.cut;
  }

  private async control(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(this.url + path, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
    return response.json();
  }

  async mails(to: string): Promise<{ subject: string; text: string }[]> {
    const response = await fetch(`${this.url}/local/api/mail?to=${encodeURIComponent(to)}`);
    return ((await response.json()) as { items: { subject: string; text: string }[] }).items;
  }

  /** Waits for the newest mail to an address whose link leads to a path, unless it is a known one. */
  async linkTo(address: string, path: string, ...known: string[]): Promise<string> {
    let link = "";
    await expect
      .poll(async () => {
        const links = (await this.mails(address)).map(
          ({ text }) => text.match(new RegExp(`http\\S+${path}\\?token=\\S+`))?.[0],
        );
        link = links.find((one) => one && !known.includes(one)) ?? "";
        return link;
      })
      .not.toBe("");
    this.addSecrets(link.split("token=")[1] ?? "");
    return link;
  }

  /**
   * Returns the private data found in the functions' logs: message texts, names, phone numbers, email addresses and tokens.
   * Words under six characters are skipped, because they could match by chance.
   */
  async leaks(): Promise<string[]> {
    const [whatsapp, telegram] = await Promise.all([this.phone.state(), this.telegram.state()]);
    for (const { phone, name, username } of whatsapp.customers) this.addSecrets(phone, name ?? "", username ?? "");
    for (const { id, name, username } of telegram.customers) this.addSecrets(id, name ?? "", username ?? "");
    const messages = [...whatsapp.messages, ...telegram.messages];
    for (const { text = "", file, options = [] } of messages) {
      this.addSecrets(text, file?.name ?? "", ...options.map(({ title }) => title));
    }
    for (const { cards = [] } of whatsapp.messages) this.addSecrets(...cards.flatMap(({ phones = [] }) => phones));
    const operators = (await (await this.api(ana)).get<{ items: { email: string }[] }>("/operators")).items;
    this.addSecrets(...operators.map(({ email }) => email));
    for (const { email } of operators) {
      for (const { text } of await this.mails(email))
        this.addSecrets(...[...text.matchAll(/token=(\S+)/g)].map((m) => m[1] ?? ""));
    }
    const log = await readFile(join(this.directory, "functions.log"), "utf8");
    if (!log.includes('"function":"ingest"') && messages.length > 0) throw new Error("the functions logged nothing");
    return [...this.secrets].filter((word) => word.length >= 6 && log.includes(word));
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function launch(directory: string, port: string): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(join(repository, "bin/recado"), {
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: port, DATA_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const address = said.match(/Recado runs at (http:\S+)/)?.[1];
      if (address) resolve(address);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`bin/recado did not start: ${said}`)));
  });
  return { url, child };
}
