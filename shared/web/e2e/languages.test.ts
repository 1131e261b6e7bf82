import { expect, test } from "vitest";
import { type Desk, words } from "./desk.ts";
import { ana } from "./stack.ts";
import { closing, scene } from "./story.ts";

const here = scene();
const bea = { phone: "5491155550601", name: "Bea Luna" };
const screens = [
  "/inbox",
  "/contacts",
  "/settings/profile",
  "/settings/operators",
  "/settings/channels",
  "/settings/distribution",
];

/** What stands on the screen and what a screen reader is told. */
const everyWord = (desk: Desk) =>
  desk.page.evaluate(() => {
    const told = ["aria-label", "title", "placeholder", "alt"];
    const labels = [...document.querySelectorAll("*")].flatMap((one) =>
      told.map((name) => one.getAttribute(name) ?? ""),
    );
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not what somebody reads
    return [document.body.innerText, ...labels].join("\n");
  });

test("each operator chooses a language, and everything changes at once", async () => {
  await here.stack.phone.add(bea);
  await here.stack.phone.say(bea.phone, "Olá");
  const desk = await here.as(ana);
  await desk.open(bea.name);
  let before = words("es");
  for (const [language, name] of [
    ["pt", "Português"],
    ["en", "English"],
    ["es", "Español"],
  ] as const) {
    const t = words(language);
    await desk.page.getByRole("button", { name: before("shell.userMenu", { name: "Ana Ruiz" }), exact: true }).click();
    await desk.page.getByRole("menuitemradio", { name }).click();
    await desk.page.getByRole("button", { name: t("conversation.resolve"), exact: true }).waitFor();
    await expect.poll(() => desk.page.locator("html").getAttribute("lang")).toBe(language);
    before = t;
    await desk.page.getByText(t("contact.details")).first().waitFor();
    expect(await everyWord(desk)).not.toMatch(/\{\{|\b(inbox|conversation|composer|settings|event|state)\.[a-z]\w+/);
    for (const path of screens) {
      await desk.goto(path);
      await desk.page.getByRole("navigation", { name: t("shell.navigation") }).waitFor();
      await desk.page.getByRole("heading").first().waitFor();
      const seen = await everyWord(desk);
      expect(seen, `${language} ${path}`).not.toMatch(
        /\{\{|\b(inbox|contact|conversation|settings|operators|closing|profile|field|role)\.[a-z]\w+/,
      );
      for (const other of (["es", "pt", "en"] as const).filter((one) => one !== language)) {
        for (const key of ["shell.inbox", "shell.settings", "shell.signOut"] as const) {
          if (words(other)(key) !== t(key))
            expect(seen.split("\n"), `${language} ${path}`).not.toContain(words(other)(key));
        }
      }
    }
    await desk.goto("/inbox?box=all");
    await desk.row(bea.name).click();
    await desk.log.waitFor();
  }
});

test("the appearance follows the system until somebody chooses one, and the choice stays", async () => {
  const t = words("es");
  const desk = await here.as(ana, { colorScheme: "dark" });
  const scheme = () => desk.page.locator("html").getAttribute("data-mantine-color-scheme");
  expect(await scheme()).toBe("dark");
  await desk.page.getByRole("button", { name: t("shell.userMenu", { name: "Ana Ruiz" }), exact: true }).click();
  await desk.page.getByRole("menuitemradio", { name: t("theme.light") }).click();
  await expect.poll(scheme).toBe("light");
  await desk.reload();
  expect(await scheme()).toBe("light");
});

closing(here);
