import { expect, test } from "vitest";
import { type Desk, texts } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const bea = { phone: "5491155550601", name: "Bea Luna" };
const screens = [
  "/inbox",
  "/start",
  "/contacts",
  "/settings/profile",
  "/settings/operators",
  "/settings/channels",
  "/settings/distribution",
];

/** The visible texts and the labels for screen readers. */
const allTexts = (desk: Desk) =>
  desk.page.evaluate(() => {
    const told = ["aria-label", "title", "placeholder", "alt"];
    const labels = [...document.querySelectorAll("*")].flatMap((one) =>
      told.map((name) => one.getAttribute(name) ?? ""),
    );
    // biome-ignore lint/performance/useDomNodeTextContent: innerText leaves out hidden text
    return [document.body.innerText, ...labels].join("\n");
  });

test("language switch applies at once on all screens", async () => {
  await harness.stack.phone.add(bea);
  await harness.stack.phone.say(bea.phone, "Olá");
  const desk = await harness.as(ana);
  await desk.open(bea.name);
  let before = texts("es");
  for (const [language, name] of [
    ["pt", "Português"],
    ["en", "English"],
    ["es", "Español"],
  ] as const) {
    const t = texts(language);
    await desk.page.getByRole("button", { name: before("shell.userMenu", { name: "Ana Ruiz" }), exact: true }).click();
    await desk.page.getByRole("menuitemradio", { name }).click();
    await desk.page.getByRole("button", { name: t("conversation.resolve"), exact: true }).waitFor();
    await expect.poll(() => desk.page.locator("html").getAttribute("lang")).toBe(language);
    before = t;
    await desk.page.getByText(t("contact.details")).first().waitFor();
    expect(await allTexts(desk)).not.toMatch(/\{\{|\b(inbox|conversation|composer|settings|event|state)\.[a-z]\w+/);
    for (const path of screens) {
      await desk.goto(path);
      await desk.page.getByRole("navigation", { name: t("shell.navigation") }).waitFor();
      await desk.page.getByRole("heading").first().waitFor();
      const seen = await allTexts(desk);
      expect(seen, `${language} ${path}`).not.toMatch(
        /\{\{|\b(inbox|contact|conversation|settings|operators|closing|profile|field|role|start|webchat)\.[a-z]\w+/,
      );
      for (const other of (["es", "pt", "en"] as const).filter((one) => one !== language)) {
        for (const key of ["shell.inbox", "shell.settings", "shell.signOut"] as const) {
          if (texts(other)(key) !== t(key))
            expect(seen.split("\n"), `${language} ${path}`).not.toContain(texts(other)(key));
        }
      }
    }
    await desk.goto("/inbox?box=all");
    await desk.row(bea.name).click();
    await desk.log.waitFor();
  }
});

test("colour scheme follows the system until one is chosen", async () => {
  const t = texts("es");
  const desk = await harness.as(ana, { colorScheme: "dark" });
  const scheme = () => desk.page.locator("html").getAttribute("data-mantine-color-scheme");
  expect(await scheme()).toBe("dark");
  await desk.page.getByRole("button", { name: t("shell.userMenu", { name: "Ana Ruiz" }), exact: true }).click();
  await desk.page.getByRole("menuitemradio", { name: t("theme.light") }).click();
  await expect.poll(scheme).toBe("light");
  await desk.reload();
  expect(await scheme()).toBe("light");
});

finalChecks(harness);
