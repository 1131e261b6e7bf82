import axe, { type RunOptions } from "axe-core";
import { expect, test } from "vitest";
import { type Desk, t } from "./desk.ts";
import { picture, prices } from "./files.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const iris = { phone: "5491155550701", name: "Iris Molina" };

/** The dark scheme changes only colours, so only the contrast rules run again. */
const schemes = {
  light: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  dark: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
} satisfies Record<string, RunOptions["runOnly"]>;

/** The violations that axe finds, whatever their impact. */
async function violationsOf({ page }: Desk, scheme: keyof typeof schemes): Promise<string[]> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
  return page.evaluate(async (runOnly) => {
    const moving = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map(({ finished }) => finished));
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly,
      resultTypes: ["violations"],
      // False positive: axe reads an avatar's decorative initials as a label.
      rules: { "label-content-name-mismatch": { enabled: false } },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`),
    );
  }, schemes[scheme]);
}

test("screens have no accessibility violations, in light and dark", async () => {
  const desk = await harness.desk();
  const { page } = desk;
  await page.addInitScript(axe.source);
  const found: Record<string, string[]> = {};
  const check = async (screen: string) => {
    for (const scheme of ["light", "dark"] as const) {
      const errors = await violationsOf(desk, scheme);
      if (errors.length > 0) found[`${screen}, ${scheme}`] = errors;
    }
  };

  for (const path of ["/sign-in", "/sign-up", "/forgot", "/reset?token=x", "/verify?token=x", "/invitation?token=x"]) {
    await desk.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (path.startsWith("/verify")) await page.getByRole("alert").waitFor();
    await check(path);
  }
  await harness.stack.phone.add(iris);
  await harness.stack.phone.say(iris.phone, "¿Me ayudan con una compra? https://tienda.example/carrito");
  await desk.signIn(ana);
  await check("an inbox with nothing open");
  await desk.open(iris.name);
  await harness.stack.phone.sendFile(iris.phone, await picture(page), "Esta es");
  await harness.stack.phone.sendFile(iris.phone, prices);
  await harness.stack.phone.fail({ do: "fail_later", code: 131026 });
  await desk.reply("No llegará");
  await desk.delivery("No llegará", "delivery.failed").first().waitFor();
  await desk.reply("¡Claro que sí!");
  await desk.delivery("¡Claro que sí!", "delivery.delivered").first().waitFor();
  await desk.log
    .getByRole("link", { name: t("media.download", { name: prices.name }) })
    .first()
    .waitFor();
  await desk.log
    .getByRole("button", { name: t("event.why") })
    .first()
    .click();
  await check("a conversation");
  await desk.composer.fill("Un borrador");
  await desk.button("emoji.label").click();
  await page.getByRole("button", { name: "👍", exact: true }).first().waitFor();
  await check("the emojis");
  await page.keyboard.press("Escape");
  await desk.button("composer.more").click();
  await page.getByRole("menuitem", { name: t("choices.title") }).click();
  await page.getByRole("dialog", { name: t("choices.title") }).waitFor();
  await check("buttons to tap");
  await page.keyboard.press("Escape");
  await desk.button("template.choose").click();
  await page.getByRole("button", { name: /^pedido_listo/ }).waitFor();
  await check("the templates to choose from");
  await page.getByRole("button", { name: /^pedido_listo/ }).click();
  const form = page.getByRole("dialog", { name: "pedido_listo" });
  await form.getByRole("button", { name: t("composer.send"), exact: true }).click();
  await form.getByText(t("field.required")).first().waitFor();
  await check("a template with gaps");
  await page.keyboard.press("Escape");
  await desk.composer.press("Escape");
  await page.keyboard.press("a");
  await page.getByRole("option").first().waitFor();
  await check("assigning");
  await page.keyboard.press("Escape");
  await desk.button("conversation.more").click();
  await page.getByRole("menuitem").first().waitFor();
  await check("more actions");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page
    .getByRole("dialog", { name: t("shell.palette") })
    .getByRole("combobox")
    .fill("iris");
  await page
    .getByRole("group", { name: t("shell.contacts") })
    .getByRole("option")
    .first()
    .waitFor();
  await check("the palette");
  await page.keyboard.press("Escape");
  await desk.button("inbox.filter.label").click();
  await page.getByRole("combobox", { name: t("inbox.filter.operator") }).waitFor();
  await check("the filters");
  await page.keyboard.press("Escape");
  await desk.button("shell.userMenu", { name: "Ana Ruiz" }).click();
  await page.getByRole("menuitem").first().waitFor();
  await check("the menu of the person");
  await page.keyboard.press("Escape");
  await desk.button("contact.edit").click();
  await page.getByRole("textbox", { name: t("field.firstName") }).waitFor();
  await check("editing a contact");
  await page.keyboard.press("?");

  for (const path of [
    "/start",
    "/contacts",
    "/settings/profile",
    "/settings/operators",
    "/settings/channels",
    "/settings/distribution",
    "/nothing",
  ]) {
    await desk.goto(path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await expect.poll(() => page.getByRole("status", { name: t("state.loading") }).count()).toBe(0);
    await check(path);
  }
  await desk.goto("/contacts");
  await page.getByRole("link", { name: iris.name }).click();
  await page
    .getByRole("region", { name: t("contact.conversations") })
    .getByRole("link")
    .first()
    .waitFor();
  await check("a contact");
  await desk.goto("/settings/operators");
  await desk.button("operators.editOne", { name: "Bruno Díaz" }).click();
  await page.getByRole("dialog").getByLabel(t("field.name")).waitFor();
  await check("an operator");
  await page.keyboard.press("Escape");
  await desk.button("invite.title").click();
  await page.getByRole("dialog").getByLabel(t("invite.emails")).fill("sin arroba,");
  await desk.button("invite.moreRoles").click();
  await desk.button("invite.submit").click();
  await page.getByText(t("invite.roleMissing")).waitFor();
  await check("an invitation");
  await desk.goto("/settings/channels");
  await desk.button("channels.connect").first().click();
  await page.getByRole("dialog").waitFor();
  await check("a new channel");
  for (const [name, tab] of [
    ["WhatsApp Tienda Demo", "channels.tab.templates"],
    ["Tienda Demo", "webchat.installation"],
  ] as const) {
    await desk.goto("/settings/channels");
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("tab", { name: t(tab) }).click();
    await page.getByRole("tabpanel").getByRole("listitem").first().waitFor();
    await check(t(tab));
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await desk.goto("/inbox");
  await desk.open(iris.name);
  await check("a conversation on a phone");
  expect(found).toEqual({});
}, 150_000);

test("fields on a touch screen have a font of 16 px, below which iOS zooms", async () => {
  const desk = await harness.as(ana, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const small: string[] = [];
  const check = async (screen: string) => {
    const fields = desk.page.locator("input:not([type=radio], [type=checkbox], [type=file]), select, textarea");
    await fields.first().waitFor();
    small.push(
      ...(await fields.evaluateAll(
        (all, screen) =>
          all
            .filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
            .map((field) => `${screen}: ${field.outerHTML.slice(0, 100)}`),
        screen,
      )),
    );
  };
  for (const path of ["/inbox", "/contacts", "/settings/profile", "/settings/distribution"]) {
    await desk.goto(path);
    await check(path);
  }
  await desk.goto("/settings/operators");
  await desk.button("invite.title").click();
  await desk.page.getByRole("dialog").getByLabel(t("invite.emails")).waitFor();
  await check("an invitation");
  await desk.goto("/settings/channels");
  await desk.page.getByRole("link", { name: "Tienda Demo", exact: true }).click();
  await desk.page.getByRole("tab", { name: t("webchat.installation") }).click();
  await check("the code for a site");
  expect(small).toEqual([]);
});

finalChecks(harness);
