import { expect, test } from "vitest";
import { type Desk, t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const olga = { phone: "5491155550621", name: "Olga Ríos" };
const raul = { phone: "5491144440622", name: "Raúl Núñez" };

const palette = ({ page }: Desk) => page.getByRole("dialog", { name: t("shell.palette") });
const field = (desk: Desk) => palette(desk).getByRole("combobox");
const chosen = (desk: Desk) => palette(desk).getByRole("option", { selected: true });
const focusedLabel = ({ page }: Desk) => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));

async function openPalette(desk: Desk): Promise<void> {
  await desk.page.keyboard.press("Control+k");
  await expect.poll(() => field(desk).evaluate((input) => input === document.activeElement)).toBe(true);
}

/** Types, and chooses the first row once it has the text. */
async function command(desk: Desk, typed: string, row: string): Promise<void> {
  await openPalette(desk);
  await desk.page.keyboard.type(typed);
  await chosen(desk).filter({ hasText: row }).waitFor();
  await desk.page.keyboard.press("Enter");
  await palette(desk).waitFor({ state: "detached" });
}

// B-16
test("palette leads everywhere by keyboard: a contact by a piece of the phone, the conversation's actions, the settings", async () => {
  await harness.stack.phone.add(olga, raul);
  await harness.stack.phone.say(olga.phone, "¿Tienen stock?");
  await harness.stack.phone.say(raul.phone, "Buenas tardes");
  const desk = await harness.as(ana);
  const { page } = desk;
  await desk.box("inbox.box.all");
  await desk.row(raul.name).waitFor();
  await desk.open(olga.name);

  // Escape returns the focus, and leaves the conversation open.
  await page.keyboard.press("r");
  await desk.composer.fill("Un momento");
  await openPalette(desk);
  await page.keyboard.press("Escape");
  await palette(desk).waitFor({ state: "detached" });
  await expect.poll(() => focusedLabel(desk)).toBe(t("composer.label"));
  expect(await desk.composer.inputValue()).toBe("Un momento");

  await openPalette(desk);
  await page.keyboard.type("4444 0622");
  const found = palette(desk)
    .getByRole("group", { name: t("shell.contacts") })
    .getByRole("option");
  await found.filter({ hasText: raul.name }).waitFor();
  expect(await found.locator("mark").allTextContents()).toEqual(["44440622"]);
  await palette(desk)
    .getByRole("group", { name: t("palette.conversations") })
    .getByText("Buenas tardes")
    .waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: raul.name, level: 1 }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("main");

  await page.goBack();
  await desk.log.waitFor();
  await command(desk, "pend", t("conversation.toPending"));
  await desk.event(t("event.pendingBy", { actor: "Ana Ruiz" })).waitFor();
  await command(desk, "bruno", t("command.assignTo", { name: "Bruno Díaz" }));
  await desk.button("conversation.assigneeIs", { name: "Bruno Díaz" }).waitFor();
  await command(desk, "resol", t("conversation.resolve"));
  await page.getByText(t("conversation.resolvedWithDraft")).waitFor();

  await command(desk, "canal", t("settings.channels"));
  await expect.poll(() => new URL(page.url()).pathname).toBe("/settings/channels");
  // The conversation that was open offers nothing here.
  await openPalette(desk);
  expect(
    await palette(desk)
      .getByRole("group", { name: t("palette.here") })
      .count(),
  ).toBe(0);
});

test("palette opens from the menu, shows options in their place, and says what a search did not find", async () => {
  const desk = await harness.as(ana);
  const { page } = desk;
  await desk.menu(t("shell.userMenu", { name: "Ana Ruiz" }), "shell.palette");
  await expect.poll(() => field(desk).evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.press("Control+k");
  await palette(desk).waitFor({ state: "detached" });

  await openPalette(desk);
  await page.keyboard.type("idioma");
  await chosen(desk)
    .filter({ hasText: t("palette.language") })
    .waitFor();
  await page.keyboard.press("Enter");
  await expect
    .poll(() => palette(desk).getByRole("option").allTextContents())
    .toEqual([`Português${t("profile.language")}`, `English${t("profile.language")}`]);
  await page.keyboard.press("Backspace");
  await page.keyboard.type("nadie así");
  await palette(desk).getByText(t("palette.none")).waitFor();
  await page.keyboard.press("Enter");

  await desk.context.route("**/api/v1/contacts?*", (route) => route.fulfill({ status: 503 }));
  await field(desk).fill("raul");
  await palette(desk).getByText(t("palette.failed")).waitFor();
  await desk.context.unroute("**/api/v1/contacts?*");
  await desk.button("action.retry").click();
  await palette(desk).getByRole("option").filter({ hasText: raul.name }).first().waitFor();

  // The language stays while the server takes its time, whatever the operator does meanwhile.
  let answer = () => {};
  const answered = new Promise<void>((done) => {
    answer = done;
  });
  await desk.context.route("**/api/v1/me", async (route) => {
    if (route.request().method() === "PATCH") await answered;
    await route.continue();
  });
  await field(desk).fill("portug");
  await chosen(desk).filter({ hasText: "Português" }).waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("pt");
  await page.getByRole("link", { name: "Contatos" }).click();
  await page.getByRole("heading", { name: "Contatos", level: 1 }).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("pt");
  answer();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("espanol");
  await page.getByRole("option", { selected: true, name: /Español/ }).waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("es");
});

finalChecks(harness);
