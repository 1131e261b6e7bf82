// The phone page of every simulated provider. It keeps a copy of the simulator's state, applies the events of the stream, and
// renders it. index.html gives the control API's path and what the provider allows.

const $ = (id) => document.getElementById(id);
const { api } = $("phone").dataset;
const canDelete = !("noDelete" in $("phone").dataset);
const state = { accounts: new Map(), customers: new Map(), messages: new Map(), typing: new Map(), account: "", customer: "", file: null, replyTo: "" };

const emojis = ["😀", "😂", "😉", "😍", "🤔", "😢", "😡", "👍", "👎", "🙏", "👏", "💪", "🎉", "❤️", "🧡", "🔥", "✅", "❌",
  "👋🏽", "👩🏽‍🚀", "👨‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈", "🇦🇷", "🇧🇷", "🇲🇽"];

async function call(path, body) {
  const form = body instanceof FormData;
  const response = await fetch(api + path, {
    method: "POST",
    headers: form ? {} : { "Content-Type": "application/json" },
    body: form ? body : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `the simulator answered ${response.status}`);
  return answer;
}

function say(text, bad) {
  $("line").textContent = text;
  $("line").classList.toggle("bad", Boolean(bad));
}

// guard shows the error of an action in the footer.
const guard = (action) => async (...args) => {
  try {
    await action(...args);
  } catch (error) {
    say(error.message, true);
  }
};

async function load() {
  const response = await fetch(`${api}/state`);
  const now = await response.json();
  state.accounts = new Map(now.accounts.map((a) => [a.id, a]));
  state.customers = new Map(now.customers.map((c) => [c.id, c]));
  state.messages = new Map(now.messages.map((m) => [m.id, m]));
  if (!state.accounts.has(state.account)) state.account = remembered("account", state.accounts);
  if (!state.customers.has(state.customer)) state.customer = remembered("customer", state.customers);
  draw();
  look();
}

function remembered(key, among) {
  const last = sessionStorage.getItem(`${api} ${key}`);
  return among.has(last) ? last : among.keys().next().value || "";
}

const remember = (key, value) => sessionStorage.setItem(`${api} ${key}`, value);

function listen() {
  const stream = new EventSource(`${api}/events`);
  stream.addEventListener("hello", guard(async () => {
    say("connected");
    await load();
  }));
  stream.onmessage = (event) => {
    const { account, customer, message, typing } = JSON.parse(event.data);
    if (typing) type(typing);
    if (account) state.accounts.set(account.id, account);
    if (customer) state.customers.set(customer.id, customer);
    if (message) state.messages.set(message.id, message);
    if (message?.fromBusiness) type({ ...message, off: true });
    if (!account && !customer && !message) return;
    draw();
    look();
  };
  stream.onerror = () => say("connecting…", true);
}

// type shows that the business is typing, for 25 seconds or until its message arrives.
function type({ account, customer, off }) {
  const key = `${account} ${customer}`;
  clearTimeout(state.typing.get(key));
  state.typing.delete(key);
  if (!off) state.typing.set(key, setTimeout(() => type({ account, customer, off: true }), 25_000));
  $("typing").hidden = !state.typing.has(`${state.account} ${state.customer}`);
}

const chat = (customer) => [...state.messages.values()]
  .filter((m) => m.customer === customer && m.account === state.account); // in the order of the simulator

const arrived = (m) => !m.fromBusiness || m.status === "sent" || m.status === "delivered" || m.status === "read";

// look marks the messages of the open chat as read while the page is visible.
const look = guard(async () => {
  const shown = state.customer && (wide() || $("phone").dataset.view === "chat") && document.visibilityState === "visible";
  if (shown && chat(state.customer).some((m) => m.fromBusiness && m.status === "delivered")) {
    await call(`/customers/${encodeURIComponent(state.customer)}/read`, { account: state.account });
  }
});

const wide = () => matchMedia("(min-width: 701px)").matches;
const address = (c) => (c.phone ? `+${c.phone}` : c.username ? `@${c.username}` : c.id);
const display = (a) => (/^\d+$/.test(a.display) ? `+${a.display}` : a.display);
const title = (c) => c.name || (c.username ? `@${c.username}` : address(c));
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const initials = (c) => (c.name || "").split(/\s+/).map((w) => [...w][0] || "").slice(0, 2).join("").toUpperCase() || "☺";
const hue = (c) => [...c.id].reduce((h, d) => (h * 31 + d.charCodeAt(0) - 48) % 360, 7);

function element(tag, properties = {}, ...children) {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

function avatar(c, into = element("span", { className: "avatar" })) {
  into.textContent = initials(c);
  into.style.setProperty("--hue", hue(c));
  return into;
}

const words = (m) => (m.revoked ? "🚫 deleted" : m.text) || ({ image: "📷 Photo", audio: "🎤 Audio", video: "🎬 Video", sticker: "Sticker" }[m.type])
  || (m.file && m.file.name) || `[${m.type}]`;

function draw() {
  $("account").replaceChildren(...[...state.accounts.values()].map((a) => element("option", {
    value: a.id, textContent: `${display(a)}${a.name ? ` · ${a.name}` : ""}`, selected: a.id === state.account,
  })));
  const rows = [...state.customers.values()].map((c) => ({ c, messages: chat(c.id).filter(arrived) }));
  const newest = (row) => Date.parse(row.messages.at(-1)?.at) || 0;
  rows.sort((a, b) => newest(b) - newest(a));
  $("customers").replaceChildren(...rows.map(drawRow));
  $("nobody").hidden = rows.length > 0;
  drawChat();
}

function drawRow({ c, messages }) {
  const last = messages.at(-1);
  const unread = messages.filter((m) => m.fromBusiness && m.status !== "read").length;
  const button = element("button", { onclick: () => open(c.id) }, avatar(c),
    element("span", { className: "title", textContent: title(c) }),
    element("span", { className: "time", textContent: last ? clock(last.at) : "" }),
    element("span", { className: "preview", textContent: last ? words(last) : address(c) }));
  if (unread) button.append(element("span", { className: "badge", textContent: unread, ariaLabel: `${unread} unread` }));
  if (c.id === state.customer) button.setAttribute("aria-current", "true");
  return element("li", {}, button);
}

const blocked = (c) => Boolean(c.blocked?.includes(state.account));

function drawChat() {
  const c = state.customers.get(state.customer);
  $("composer").hidden = !c;
  $("empty").hidden = Boolean(c);
  $("avatar").hidden = !c;
  if (!c) return;
  avatar(c, $("avatar"));
  $("name").textContent = title(c);
  const business = state.accounts.get(state.account);
  $("detail").textContent = `${address(c)}${c.hidePhone ? " (hidden)" : ""} → ${business ? business.name || display(business) : "no account yet"}`;
  if ($("block")) $("block").textContent = blocked(c) ? "Unblock" : "Block";
  const list = $("messages");
  let day = "";
  const rows = [];
  for (const m of chat(c.id)) {
    const d = new Date(m.at).toLocaleDateString();
    if (d !== day) rows.push(element("li", { className: "day", textContent: (day = d) }));
    rows.push(drawBubble(m));
  }
  const same = list.dataset.chat === `${c.id} ${state.account}`;
  replaceChanged(list, rows);
  list.dataset.chat = `${c.id} ${state.account}`;
  if (!same) atEnd = true;
  toEnd();
}

// atEnd is whether the newest message is in view. The list then keeps scrolling to it as messages arrive and images load.
let atEnd = true;

function toEnd() {
  if (atEnd) $("messages").scrollTop = $("messages").scrollHeight;
}

// replaceChanged replaces only the rows that differ, so that a playing video continues.
function replaceChanged(list, rows) {
  rows.forEach((row, i) => {
    const old = list.children[i];
    if (!old) list.append(row);
    else if (!old.isEqualNode(row)) old.replaceWith(row);
  });
  while (list.children.length > rows.length) list.lastChild.remove();
}

function drawBubble(m) {
  const lost = m.fromBusiness && !arrived(m);
  const bubble = element("li", { className: `bubble ${m.fromBusiness ? "theirs" : "mine"}${lost ? " lost" : ""}` });
  const quoted = m.replyTo && state.messages.get(m.replyTo);
  if (quoted) bubble.append(element("div", { className: "quote", textContent: words(quoted) }));
  if (m.file) bubble.append(drawFile(m));
  if (m.revoked) bubble.append(element("div", { className: "body gone", textContent: "🚫 deleted" }));
  else {
    if (m.place) bubble.append(drawPlace(m.place));
    if (m.cards) bubble.append(...m.cards.map(drawCard));
    else if (m.text || !(m.file || m.place)) bubble.append(element("div", { className: "body", textContent: m.text || `[${m.type}]` }));
    if (m.footer) bubble.append(element("div", { className: "footer", textContent: m.footer }));
  }
  const meta = element("div", { className: "meta" }, element("time", { dateTime: m.at, textContent: clock(m.at) }));
  if (m.edited && !m.revoked) meta.prepend("edited");
  if (!m.revoked && arrived(m)) meta.prepend(element("button", {
    type: "button", className: "more", textContent: "⋯", title: "React, edit, delete", ariaLabel: "React, edit, delete", onclick: () => act(m.id),
  }));
  if (lost) {
    meta.prepend(element("span", { className: "reason", textContent: m.status === "failed" ? `not delivered (${m.errorCode})` : "sending" }));
  } else if (!m.fromBusiness) {
    meta.append(element("span", { className: `ticks ${m.status}`, textContent: m.status === "sent" ? "✓" : "✓✓", title: m.status, ariaLabel: m.status }));
  }
  bubble.append(meta);
  if (m.options && !m.revoked && !lost) bubble.append(drawOptions(m));
  for (const emoji of [m.reaction, m.businessReaction].filter(Boolean)) {
    bubble.append(element("span", { className: "reaction", textContent: emoji, ariaLabel: `reaction ${emoji}` }));
  }
  return bubble;
}

const drawPlace = (place) => element("a", {
  className: "file", href: `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}`, target: "_blank", rel: "noreferrer",
  textContent: `📍 ${place.latitude}, ${place.longitude}`,
});

const drawCard = (card) => element("div", { className: "file card" }, element("strong", { textContent: `👤 ${card.name}` }),
  ...[card.company, ...(card.phones || []), ...(card.emails || [])].filter(Boolean).map((line) => element("div", { textContent: line })));

// drawOptions renders the buttons of a message, or one button that opens a list. Buttons without an id (calls, addresses) are
// disabled.
function drawOptions(m) {
  const tap = guard(async (option) => { await call(`/messages/${encodeURIComponent(m.id)}/tap`, { option }); });
  let section = "";
  const buttons = m.options.flatMap((o) => {
    const heading = o.section && o.section !== section ? [element("div", { className: "section", textContent: o.section })] : [];
    section = o.section || "";
    return [...heading, element("button", {
      type: "button", disabled: !o.id, onclick: () => tap(o.id), textContent: o.description ? `${o.title} · ${o.description}` : o.title,
    })];
  });
  if (!m.button) return element("div", { className: "options" }, ...buttons);
  return element("details", { className: "options" }, element("summary", { textContent: m.button }), ...buttons);
}

const reactions = $("phone").dataset.reactions.trim().split(" ");

// act opens the actions of a message: react, reply, and edit or delete if it is the customer's own.
function act(id) {
  const m = state.messages.get(id);
  const change = guard(async (what) => {
    $("actions").close();
    await call(`/messages/${encodeURIComponent(id)}/change`, what);
  });
  $("reactions").replaceChildren(...reactions.map((emoji) => element("button", {
    type: "button", textContent: emoji, ariaPressed: String(m.reaction === emoji), onclick: () => change({ emoji: m.reaction === emoji ? "" : emoji }),
  })));
  $("own").hidden = m.fromBusiness;
  $("revoke").hidden = !canDelete;
  $("newText").value = m.text || "";
  $("edit").onclick = () => $("newText").value.trim() && change({ text: $("newText").value });
  $("revoke").onclick = () => change({ revoke: true });
  $("reply").onclick = () => {
    $("actions").close();
    quote(id);
    $("text").focus();
  };
  $("actions").showModal();
}

function drawFile(m) {
  const source = `${api}/media/${encodeURIComponent(m.file.id)}`;
  const [kind] = m.type === "document" ? [""] : m.file.mime.split("/");
  switch (m.type === "sticker" ? "sticker" : kind) {
    case "image":
      return element("img", { src: source, alt: m.file.name || "photo", onload: toEnd });
    case "sticker":
      return element("img", { src: source, alt: "sticker", className: "sticker", onload: toEnd });
    case "video":
      return element("video", { src: source, controls: true, preload: "metadata" });
    case "audio":
      return element("audio", { src: source, controls: true, preload: "metadata" });
    default:
      return element("a", { className: "file", href: source, textContent: `📄 ${m.file.name || "file"} · ${size(m.file.size)}` });
  }
}

const size = (n) => (n < 1024 ? `${n} B` : n < 1 << 20 ? `${(n / 1024).toFixed(0)} KB` : `${(n / (1 << 20)).toFixed(1)} MB`);

function open(customer) {
  quote("");
  state.customer = customer;
  remember("customer", customer);
  $("phone").dataset.view = "chat";
  $("typing").hidden = !state.typing.has(`${state.account} ${customer}`);
  draw();
  look();
  if (wide()) $("text").focus();
}

const send = guard(async () => {
  const text = $("text").value;
  const { file, replyTo } = state;
  if (!state.customer || (!text.trim() && !file)) return;
  const path = `/customers/${encodeURIComponent(state.customer)}/messages`;
  $("text").value = "";
  attach(null);
  quote("");
  grow();
  try {
    if (file) {
      const form = new FormData();
      form.append("account", state.account);
      form.append("text", text);
      form.append("replyTo", replyTo);
      form.append("file", file, file.name);
      await call(path, form);
    } else {
      await call(path, { account: state.account, text, replyTo });
    }
    say("");
  } catch (error) {
    $("text").value = text;
    attach(file);
    quote(replyTo);
    throw error;
  }
});

function attach(file) {
  state.file = file;
  $("attached").hidden = !file;
  $("attachedName").textContent = file ? `${file.name} · ${size(file.size)}` : "";
  if (!file) $("file").value = "";
}

function quote(id) {
  state.replyTo = id;
  $("quoting").hidden = !id;
  $("quotingName").textContent = id ? `↩ ${words(state.messages.get(id))}` : "";
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
$("file").addEventListener("change", () => attach($("file").files[0] || null));
$("detach").addEventListener("click", () => attach(null));
$("unquote").addEventListener("click", () => quote(""));
$("back").addEventListener("click", () => { $("phone").dataset.view = "list"; });
$("account").addEventListener("change", () => {
  state.account = $("account").value;
  remember("account", state.account);
  draw();
  look();
});
$("emoji").addEventListener("click", () => {
  $("emojis").hidden = !$("emojis").hidden;
  $("emoji").setAttribute("aria-expanded", String(!$("emojis").hidden));
});
$("emojis").append(...emojis.map((e) => element("button", {
  type: "button", textContent: e,
  onclick: () => { $("text").setRangeText(e, $("text").selectionStart, $("text").selectionEnd, "end"); $("text").focus(); },
})));
$("add").addEventListener("click", () => { $("customerForm").reset(); $("dialog").showModal(); });
$("dialog").addEventListener("close", guard(async () => {
  if ($("dialog").returnValue !== "add") return;
  const added = {};
  for (const input of $("customerForm").querySelectorAll("input")) {
    if (input.type === "checkbox") added[input.name] = input.checked;
    else added[input.name] = "digits" in input.dataset ? input.value.replace(/\D/g, "") : input.value.trim().replace(/^@/, "");
  }
  const customer = await call("/customers", added);
  state.customers.set(customer.id, customer);
  open(customer.id);
}));
$("block")?.addEventListener("click", guard(async () => {
  const c = state.customers.get(state.customer);
  await call(`/customers/${encodeURIComponent(c.id)}/block`, { account: state.account, blocked: !blocked(c) });
}));
document.addEventListener("visibilitychange", look);
$("messages").addEventListener("scroll", () => {
  const list = $("messages");
  atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
});
new ResizeObserver(toEnd).observe($("messages"));
listen();
