import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { Desk, t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana, bruno, password } from "./stack.ts";

const harness = setUp();
const olga = { phone: "5491155557001", name: "Olga Paredes" };

beforeAll(async () => {
  await harness.stack.phone.add(olga);
  await harness.stack.phone.say(olga.phone, "¿Tienen talle 40?");
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

test("message written with an expired session is sent after sign-in", async () => {
  const desk = await harness.as(ana);
  await desk.open(olga.name);
  await desk.composer.fill("Sí, en negro y en marrón");
  // Block reads, so that the message is the first request to fail.
  await desk.page.route("**/api/v1/**", (route) =>
    route.request().method() === "GET" ? route.abort() : route.continue(),
  );
  await desk.context.clearCookies();
  await desk.composer.press("Enter");
  await signInPage(desk.page).waitFor();
  await desk.page.unroute("**/api/v1/**");
  await signInHere(desk, ana);
  await desk.log.waitFor();
  await desk.delivery("Sí, en negro y en marrón", "delivery.delivered").waitFor();
  const sent = (await harness.stack.phone.messagesOf(olga.phone)).filter(({ fromBusiness }) => fromBusiness);
  expect(sent).toHaveLength(1);
});

test("sign-out and sign-in in one tab apply to all tabs", async () => {
  const desk = await harness.as(ana);
  await desk.open(olga.name);
  const tab = await tabOf(desk);
  await tab.menu(t("shell.userMenu", { name: "Ana Ruiz" }), "shell.signOut");
  await signInPage(desk.page).waitFor();
  expect(await desk.page.getByText(olga.name).count()).toBe(0);
  await signInHere(tab, ana);
  await tab.online();
  await desk.page.getByRole("heading", { name: olga.name, level: 2 }).waitFor();
});

test("tab switches to the operator who signed in elsewhere", async () => {
  const desk = await harness.as(ana);
  const tab = await tabOf(desk);
  await tab.goto("/sign-in");
  await signInHere(tab, bruno);
  await tab.online();
  await desk.button("shell.userMenu", { name: "Bruno Díaz" }).waitFor();
});

finalChecks(harness);
