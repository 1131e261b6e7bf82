import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { t } from "./desk.ts";
import { finalChecks, setUp } from "./harness.ts";
import { ana } from "./stack.ts";

const harness = setUp();
const family = "👨‍👩‍👧‍👦";

const others = [
  { phone: "5491155550102", name: "Martín Acosta", text: "¿Tienen talle 42 de las zapatillas de la vidriera?" },
  { phone: "5511988887777", name: "João Pereira", text: "Bom dia! Vocês entregam em São Paulo?" },
  { phone: "5491155550104", name: "Lucía Fernández", text: "Ya hice la transferencia, ¿me confirman? 🙏" },
  { phone: "5215512345678", name: "Valentina Torres", text: "Gracias, llegó todo perfecto ✨" },
];

// S1-22, S1-23, S1-25, B-13, B-15
test("operator receives a message without a reload, replies, and the delivery status advances", async () => {
  await harness.stack.phone.add(...others);
  for (const { phone, text } of others) await harness.stack.phone.say(phone, text);
  const desk = await harness.as(ana, { viewport: { width: 1280, height: 800 } });
  for (const { name } of others) await desk.row(name).waitFor();
  const unmoved = await desk.mark();

  const phone = await (await harness.browser.newContext({ viewport: { width: 420, height: 800 } })).newPage();
  await phone.goto(`${harness.stack.url}/local/phone/`);
  await phone.getByRole("button", { name: "New customer" }).click();
  await phone.getByRole("textbox", { name: "Phone" }).fill("+54 9 11 5555-0101");
  await phone.getByLabel("Name", { exact: true }).fill("Sofía García");
  await phone.getByRole("button", { name: "Add", exact: true }).click();
  await phone.getByRole("textbox", { name: "Message" }).fill("Hola, ¿a qué hora abren el sábado?");
  await phone.getByRole("button", { name: "Send" }).click();

  const row = desk.row("Sofía García");
  await row.getByText("Hola, ¿a qué hora abren el sábado?").waitFor();
  await row.getByRole("img", { name: t("inbox.unread_one", { count: 1 }) }).waitFor();
  expect((await desk.names())[0]).toBe("Sofía García");
  await desk.open("Sofía García");
  await desk.message("Hola, ¿a qué hora abren el sábado?").waitFor();
  await row.getByRole("img", { name: t("inbox.unread_one", { count: 1 }) }).waitFor({ state: "detached" });

  // Close the chat on the phone, so that the reply is not read before `delivered` is seen.
  await phone.getByRole("button", { name: "Back to the customers" }).click();
  const answer = `¡Hola, Sofía! De 9 a 18 h. Las esperamos ${family}`;
  const ticks = desk.page.evaluate(
    (text) =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        const look = () => {
          const article = [...document.querySelectorAll("[role=log] article")].find((a) =>
            a.textContent?.includes(text),
          );
          const status = article?.querySelector<HTMLElement>("[data-status]")?.dataset.status;
          if (status && status !== seen.at(-1)) seen.push(status);
          if (status === "read") {
            watcher.disconnect();
            resolve(seen);
          }
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { subtree: true, childList: true, attributes: true });
      }),
    answer,
  );
  await desk.composer.fill(answer.replace(family, ""));
  await desk.button("emoji.label").click();
  await desk.page.getByRole("button", { name: family, exact: true }).click();
  await desk.composer.press("Enter");
  await desk.delivery(answer, "delivery.delivered").waitFor();

  await phone
    .locator("#customers")
    .getByRole("button", { name: /Sofía García/ })
    .click();
  await phone.locator("li.bubble.theirs").getByText(answer, { exact: true }).waitFor();
  await desk.delivery(answer, "delivery.read").waitFor();
  // `sending` is local; after that the status only moves forward.
  const order = ["queued", "sending", "sent", "delivered", "read"];
  const [first, ...after] = (await ticks).map((status) => order.indexOf(status));
  expect(first).toBe(order.indexOf("sending"));
  expect(after).toEqual(after.toSorted((a, b) => a - b));
  expect(await ticks).toEqual(expect.arrayContaining(["sent", "delivered", "read"]));
  expect(await unmoved()).toBe(true);
  await phone.close();

  if (process.env.SCREENSHOT) {
    // The screenshot in the README.
    await harness.stack.phone.say("5491155550101", "¡Genial! ¿Tienen estacionamiento?");
    await desk.message("¿Tienen estacionamiento?").waitFor();
    await desk.reply("Sí, en la puerta, y es gratis para clientes 🚗");
    await desk.delivery("gratis para clientes", "delivery.delivered").waitFor();
    await desk.row("Sofía García").getByText("gratis para clientes").waitFor();
    const file = fileURLToPath(new URL("inbox.png", import.meta.url));
    await desk.page.screenshot({ path: file });
    expect((await stat(file)).size).toBeLessThan(200_000);
  }
});

finalChecks(harness);
