// The customers' phones. The page holds a copy of the simulator's state, takes what the stream says, and draws.

const api = "/local/sim/whatsapp";
const $ = (id) => document.getElementById(id);
const state = { numbers: new Map(), customers: new Map(), messages: new Map(), typing: new Map(), number: "", customer: "", file: null, replyTo: "" };

const emojis = ["😀", "😂", "😉", "😍", "🤔", "😢", "😡", "👍", "👎", "🙏", "👏", "💪", "🎉", "❤️", "🧡", "🔥", "✅", "❌",
  "👋🏽", "👩🏽‍🚀", "👨‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈", "🇦🇷", "🇧🇷", "🇲🇽"];

async function call(path, body) {
  const form = body instanceof FormData;
  const response = await fetch(api + path, {
    method: "POST",
    headers: form ? {} : { "Content-Type": "application/json" },
    body: form ? body : JSON.stringify(body),
  });
  if (!response.ok) {
    const answer = await response.json().catch(() => ({}));
    throw new Error(answer.error || `the simulator answered ${response.status}`);
  }
}

function say(text, bad) {
  $("line").textContent = text;
  $("line").classList.toggle("bad", Boolean(bad));
}

// guard shows what went wrong instead of losing it.
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
  state.numbers = new Map(now.numbers.map((n) => [n.id, n]));
  state.customers = new Map(now.customers.map((c) => [c.phone, c]));
  state.messages = new Map(now.messages.map((m) => [m.id, m]));
  if (!state.numbers.has(state.number)) state.number = remembered("number", state.numbers);
  if (!state.customers.has(state.customer)) state.customer = remembered("customer", state.customers);
  draw();
  look();
}

function remembered(key, among) {
  const last = sessionStorage.getItem(key);
  return among.has(last) ? last : among.keys().next().value || "";
}

function listen() {
  const stream = new EventSource(`${api}/events`);
  stream.addEventListener("hello", guard(async () => {
    say("connected");
    await load();
  }));
  stream.onmessage = (event) => {
    const { number, customer, message, typing } = JSON.parse(event.data);
    if (typing) type(typing);
    if (number) state.numbers.set(number.id, number);
    if (customer) state.customers.set(customer.phone, customer);
    if (message) state.messages.set(message.id, message);
    if (message?.fromBusiness) type({ ...message, off: true });
    if (!number && !customer && !message) return;
    draw();
    look();
  };
  stream.onerror = () => say("connecting…", true);
}

// type shows that the business writes, for as long as WhatsApp does or until its message comes.
function type({ number, customer, off }) {
  const key = `${number} ${customer}`;
  clearTimeout(state.typing.get(key));
  state.typing.delete(key);
  if (!off) state.typing.set(key, setTimeout(() => type({ number, customer, off: true }), 25_000));
  $("typing").hidden = !state.typing.has(`${state.number} ${state.customer}`);
}

const chat = (phone) => [...state.messages.values()]
  .filter((m) => m.customer === phone && m.number === state.number); // in the order of the simulator

const arrived = (m) => !m.fromBusiness || m.status === "sent" || m.status === "delivered" || m.status === "read";

// look tells the business that its messages are read, when somebody can see them.
const look = guard(async () => {
  const shown = state.customer && (wide() || $("phone").dataset.view === "chat") && document.visibilityState === "visible";
  if (shown && chat(state.customer).some((m) => m.fromBusiness && m.status === "delivered")) {
    await call(`/customers/${encodeURIComponent(state.customer)}/read`, { number: state.number });
  }
});

const wide = () => matchMedia("(min-width: 701px)").matches;
const title = (c) => c.name || (c.username ? `@${c.username}` : `+${c.phone}`);
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const initials = (c) => (c.name || "").split(/\s+/).map((w) => [...w][0] || "").slice(0, 2).join("").toUpperCase() || "☺";
const hue = (c) => [...c.phone].reduce((h, d) => (h * 31 + Number(d)) % 360, 7);

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
  $("number").replaceChildren(...[...state.numbers.values()].map((n) => element("option", {
    value: n.id, textContent: `+${n.display}${n.name ? ` · ${n.name}` : ""}`, selected: n.id === state.number,
  })));
  const rows = [...state.customers.values()].map((c) => ({ c, messages: chat(c.phone).filter(arrived) }));
  const newest = (row) => Date.parse(row.messages.at(-1)?.at) || 0;
  rows.sort((a, b) => newest(b) - newest(a));
  $("customers").replaceChildren(...rows.map(drawRow));
  $("nobody").hidden = rows.length > 0;
  drawChat();
}

function drawRow({ c, messages }) {
  const last = messages.at(-1);
  const unread = messages.filter((m) => m.fromBusiness && m.status !== "read").length;
  const button = element("button", { onclick: () => open(c.phone) }, avatar(c),
    element("span", { className: "title", textContent: title(c) }),
    element("span", { className: "time", textContent: last ? clock(last.at) : "" }),
    element("span", { className: "preview", textContent: last ? words(last) : "+" + c.phone }));
  if (unread) button.append(element("span", { className: "badge", textContent: unread, ariaLabel: `${unread} unread` }));
  if (c.phone === state.customer) button.setAttribute("aria-current", "true");
  return element("li", {}, button);
}

function drawChat() {
  const c = state.customers.get(state.customer);
  $("composer").hidden = !c;
  $("empty").hidden = Boolean(c);
  $("avatar").hidden = !c;
  if (!c) return;
  avatar(c, $("avatar"));
  $("name").textContent = title(c);
  const business = state.numbers.get(state.number);
  $("detail").textContent = `+${c.phone}${c.hidePhone ? " (hidden)" : ""} → ${business ? business.name || "+" + business.display : "no number yet"}`;
  const list = $("messages");
  let day = "";
  const rows = [];
  for (const m of chat(c.phone)) {
    const d = new Date(m.at).toLocaleDateString();
    if (d !== day) rows.push(element("li", { className: "day", textContent: (day = d) }));
    rows.push(drawBubble(m));
  }
  const same = list.dataset.chat === `${c.phone} ${state.number}`;
  replaceChanged(list, rows);
  list.dataset.chat = `${c.phone} ${state.number}`;
  if (!same) atEnd = true;
  toEnd();
}

// atEnd is whether the newest message is in view. It stays there when messages come, images load and the composer grows.
let atEnd = true;

function toEnd() {
  if (atEnd) $("messages").scrollTop = $("messages").scrollHeight;
}

// replaceChanged leaves rows that are as they were, so that a playing video goes on.
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
    meta.prepend(element("span", { className: "reason", textContent: m.status === "failed" ? `not delivered (${m.errorCode})` : "on its way" }));
  } else if (!m.fromBusiness) {
    meta.append(element("span", { className: `ticks ${m.status}`, textContent: m.status === "sent" ? "✓" : "✓✓", title: m.status, ariaLabel: m.status }));
  }
  bubble.append(meta);
  if (m.options && !m.revoked && !lost) bubble.append(drawOptions(m));
  if (m.reaction) bubble.append(element("span", { className: "reaction", textContent: m.reaction, ariaLabel: `reaction ${m.reaction}` }));
  return bubble;
}

const drawPlace = (place) => element("a", {
  className: "file", href: `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}`, target: "_blank", rel: "noreferrer",
  textContent: `📍 ${place.latitude}, ${place.longitude}`,
});

const drawCard = (card) => element("div", { className: "file card" }, element("strong", { textContent: `👤 ${card.name}` }),
  ...[card.company, ...(card.phones || []), ...(card.emails || [])].filter(Boolean).map((line) => element("div", { textContent: line })));

// drawOptions are what there is to tap: buttons below each other, or one that opens a list. What calls or opens an address does
// nothing here.
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

const reactions = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

// act asks what to do with a message: react to it, or, if it is the customer's own, write it anew or delete it.
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
  switch (m.type) {
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

function open(phone) {
  quote("");
  state.customer = phone;
  sessionStorage.setItem("customer", phone);
  $("phone").dataset.view = "chat";
  $("typing").hidden = !state.typing.has(`${state.number} ${phone}`);
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
      form.append("number", state.number);
      form.append("text", text);
      form.append("replyTo", replyTo);
      form.append("file", file, file.name);
      await call(path, form);
    } else {
      await call(path, { number: state.number, text, replyTo });
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
$("number").addEventListener("change", () => {
  state.number = $("number").value;
  sessionStorage.setItem("number", state.number);
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
  const phone = $("newPhone").value.replace(/\D/g, "");
  await call("/customers", {
    phone, name: $("newName").value.trim(), username: $("newUsername").value.trim().replace(/^@/, ""), hidePhone: $("newHidden").checked,
  });
  state.customers.set(phone, state.customers.get(phone) || { phone });
  open(phone);
}));
document.addEventListener("visibilitychange", look);
$("messages").addEventListener("scroll", () => {
  const list = $("messages");
  atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
});
new ResizeObserver(toEnd).observe($("messages"));
listen();
