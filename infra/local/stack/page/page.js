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

refresh();
setInterval(refresh, 5000);
