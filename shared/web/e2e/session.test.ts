import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { Desk, t } from "./desk.ts";
import { ana, bruno, password } from "./stack.ts";
import { closing, scene } from "./story.ts";

const here = scene();
const olga = { phone: "5491155557001", name: "Olga Paredes" };

beforeAll(async () => {
  await here.stack.phone.add(olga);
  await here.stack.phone.say(olga.phone, "¿Tienen talle 40?");
});

const signInPage = (page: Page) => page.getByRole("button", { name: t("auth.signIn.submit"), exact: true });

async function signInHere({ page }: Desk, email: string): Promise<void> {
  await page.getByLabel(t("field.email")).fill(email);
  await page.getByLabel(t("field.password"), { exact: true }).fill(password);
  await signInPage(page).click();
}

/** Another tab of the same browser. */
async function tabOf(desk: Desk): Promise<Desk> {
  const tab = new Desk(await desk.context.newPage(), desk.context, desk.url);
  await tab.goto("/inbox");
  await tab.online();
  return tab;
}

test("what was sent when the session had ended is in the field again after signing in", async () => {
  const desk = await here.as(ana);
  await desk.open(olga.name);
  await desk.composer.fill("Sí, en negro y en marrón");
  // Whatever the page reads at that moment would find out before the message does.
  await desk.page.route("**/api/v1/**", (route) =>
    route.request().method() === "GET" ? route.abort() : route.continue(),
  );
  await desk.context.clearCookies();
  await desk.composer.press("Enter");
  await signInPage(desk.page).waitFor();
  await desk.page.unroute("**/api/v1/**");
  await signInHere(desk, ana);
  await desk.log.waitFor();
  await expect.poll(() => desk.composer.inputValue()).toBe("Sí, en negro y en marrón");
  await desk.composer.press("Enter");
  await desk.delivery("Sí, en negro y en marrón", "delivery.delivered").waitFor();
  const sent = (await here.stack.phone.of(olga.phone)).filter(({ fromBusiness }) => fromBusiness);
  expect(sent).toHaveLength(1);
});

test("signing out in one tab ends it in all, and signing in brings all back", async () => {
  const desk = await here.as(ana);
  await desk.open(olga.name);
  const tab = await tabOf(desk);
  await tab.menu(t("shell.userMenu", { name: "Ana Ruiz" }), "shell.signOut");
  await signInPage(desk.page).waitFor();
  expect(await desk.page.getByText(olga.name).count()).toBe(0);
  await signInHere(tab, ana);
  await tab.online();
  await desk.page.getByRole("heading", { name: olga.name, level: 2 }).waitFor();
});

test("a tab never goes on as somebody else", async () => {
  const desk = await here.as(ana);
  const tab = await tabOf(desk);
  await tab.goto("/sign-in");
  await signInHere(tab, bruno);
  await tab.online();
  await desk.button("shell.userMenu", { name: "Bruno Díaz" }).waitFor();
});

closing(here);
