/**
 * Every screen, menu and dialog in three widths and three languages: nothing is cut off. SCREENSHOTS=<directory> keeps a picture
 * of each, in both schemes.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Channel } from "@recado/lib/protocol";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { type Desk, texts } from "./desk.ts";
import { picture, prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { cutTexts } from "./overflow.ts";
import { ana } from "./stack.ts";
import { go, routesOf, type Stop, signedIn, signedOut, type Visit } from "./tour.ts";

const harness = setUp();
const widths = [1280, 820, 360];
const languages = { es: "Español", pt: "Português", en: "English" } as const;
const pictures = process.env.SCREENSHOTS;
const times = pictures ? 5 : 1; // as long: a picture takes longer than a measurement

const iris = { phone: "5491155550711", name: "Iris Molina" };
const max = {
  phone: "5491155550712",
  name: "Maximiliana Wolfeschlegelsteinhausenbergerdorff de la Santísima Trinidad",
};

/** Routes that only hold other screens. */
const frames = ["/settings", "/"];

async function take(page: Page, directory: string, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const folder = join(directory, colorScheme);
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

async function measure(stops: Stop[], visit: Visit, language: string): Promise<string[]> {
  const { page } = visit;
  const cut: string[] = [];
  for (const [index, stop] of stops.entries()) {
    for (const [time, width] of widths.entries()) {
      await page.setViewportSize({ width, height: 860 });
      if (time === 0 || stop.placed) await stop.open(visit);
      await page.evaluate(async () => {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const moving = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
        await Promise.allSettled(moving.map(({ finished }) => finished));
      });
      cut.push(...(await cutTexts(page)).map((one) => `${language} ${width} ${stop.name}: ${one}`));
      if (pictures) {
        await take(
          page,
          join(pictures, `${language}-${width}`),
          `${String(index).padStart(2, "0")} ${stop.name.replaceAll("/", "-")}`,
        );
      }
      if (stop.placed) await page.keyboard.press("Escape");
    }
    await page.keyboard.press("Escape");
  }
  return cut;
}

const nowhere = { conversation: "", contact: "", whatsapp: "", site: "" };

test(
  "no text is cut off on any screen without a session",
  async () => {
    const desk = await harness.desk();
    const cut: string[] = [];
    for (const language of Object.keys(languages) as (keyof typeof languages)[]) {
      await desk.goto("/sign-in");
      await desk.page.getByRole("combobox").selectOption(language);
      await expect.poll(() => desk.page.locator("html").getAttribute("lang")).toBe(language);
      cut.push(...(await measure(signedOut, { page: desk.page, t: texts(language), ...nowhere }, language)));
    }
    expect(cut).toEqual([]);
  },
  90_000 * times,
);

test(
  "no text is cut off on any screen, and every route has a stop of the tour",
  async () => {
    const { phone } = harness.stack;
    const desk = await harness.as(ana, { viewport: { width: 1280, height: 860 } });
    const visit = await prepare(desk);
    await phone.fail({ do: "fail_later", code: 131026 });
    await desk.goto(`/inbox/${visit.conversation}?box=all&status=all`);
    await desk.reply("Esta respuesta no llegará");
    await desk.delivery("Esta respuesta no llegará", "delivery.failed").first().waitFor();

    const stops = [...signedOut, ...signedIn].map(({ route }) => route.replace(/(.)\/$/, "$1"));
    const routes = (await routesOf(desk.page)).map((path) => path.replace(/(.)\/$/, "$1"));
    expect([...new Set(routes)].filter((path) => !stops.includes(path) && !frames.includes(path))).toEqual([]);

    const cut: string[] = [];
    let before = texts("es");
    for (const [language, name] of Object.entries(languages) as [keyof typeof languages, string][]) {
      if (language !== "es") await speak(desk, before, name);
      before = texts(language);
      cut.push(...(await measure(signedIn, { ...visit, t: before }, language)));
    }
    expect(cut).toEqual([]);
  },
  240_000 * times,
);

/** Changes the language in the menu of the person. `t` is the lookup of the present one. */
async function speak({ page }: Desk, t: Visit["t"], language: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 860 });
  await go(page, "/settings/profile");
  await page.getByRole("button", { name: t("shell.userMenu", { name: "Ana Ruiz" }), exact: true }).click();
  const stored = page.waitForResponse((response) => response.request().method() === "PATCH");
  await page.getByRole("menuitemradio", { name: language }).click();
  await stored;
  await page.keyboard.press("Escape");
}

/** Conversations with long names, files and a failure, and the ids of what the tour opens. */
async function prepare(desk: Desk): Promise<Visit> {
  const { phone } = harness.stack;
  await phone.add(iris, max);
  await phone.say(iris.phone, "¿Me ayudan con una compra? https://tienda.example/carrito");
  await phone.sendFile(iris.phone, await picture(desk.page), "Esta es");
  await phone.sendFile(iris.phone, prices);
  await phone.say(
    max.phone,
    "Consulta larguísima sobre el pedido que hice la semana pasada y que todavía no llegó a mi casa",
  );
  await desk.row(max.name).waitFor();
  const api = await harness.stack.api(ana);
  const { id: conversation, contact } = await api.withContact(iris.name);
  const { items } = await api.get<{ items: Channel[] }>("/channels");
  const channel = (type: string) => items.find((one) => one.type === type)?.id ?? "";
  return {
    page: desk.page,
    t: texts("es"),
    conversation,
    contact: contact.id,
    whatsapp: channel("whatsapp"),
    site: channel("webchat"),
  };
}

finalChecks(harness);
