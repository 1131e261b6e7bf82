"use strict";

const now = document.getElementById("now");
const said = document.getElementById("said");
const buttons = document.querySelectorAll("button[data-advance]");

function show(clock) {
  now.textContent = new Date(clock.now).toLocaleString();
}

async function refresh() {
  show(await (await fetch("/local/clock")).json());
}

for (const button of buttons) {
  button.addEventListener("click", async () => {
    for (const b of buttons) b.disabled = true;
    const answer = await fetch("/local/clock", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ advance: button.dataset.advance }),
    });
    if (answer.ok) show(await answer.json());
    said.textContent = answer.ok ? "Moved, and fired what has fallen due." : await answer.text();
    for (const b of buttons) b.disabled = false;
  });
}

function rows(body, list) {
  body.replaceChildren(
    ...list.map((cells) => {
      const row = document.createElement("tr");
      for (const text of cells) row.insertCell().textContent = text;
      return row;
    }),
  );
}

async function showCost() {
  const cost = await (await fetch("/local/cost")).json();
  const dollars = (n) => n.toFixed(6);
  document.getElementById("cost").textContent = `$${dollars(cost.run.usd)}`;
  document.getElementById("idle").textContent = `$${cost.idleByMonth.usd.toFixed(2)}`;
  document.getElementById("partial").hidden = !cost.partial;
  rows(
    document.getElementById("items"),
    cost.byItem.lines.map((l) => [l.service, l.item, `${Math.round(l.quantity * 100) / 100} ${l.unit}`, dollars(l.usd)]),
  );
  const usd = new Map(cost.byFunction.lines.map((l) => [l.function, l.usd]));
  rows(
    document.getElementById("functions"),
    cost.functions.map((f) => [f.function, f.invocations, f.measuredMs.toFixed(1), f.billedMs.toFixed(1), dollars(usd.get(f.function) ?? 0)]),
  );
}

refresh();
setInterval(refresh, 5000);
showCost();
setInterval(showCost, 5000);
