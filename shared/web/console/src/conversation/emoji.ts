/** A hand-picked set of emojis. Sequences are single entries. */
import type { Key } from "../core/texts.ts";

export const emojiGroups: { key: Key; emojis: string[] }[] = [
  {
    key: "emoji.smileys",
    emojis:
      "😀 😃 😄 😁 😅 😂 🤣 😊 🙂 🙃 😉 😍 🥰 😘 😋 😎 🤩 🥳 🤔 🤗 🤭 🤫 😐 😬 🙄 😏 😴 😌 😔 😕 🙁 😟 😢 😭 😤 😡 🤯 😳 😱 😨 🤒 🤕 😷 🤝".split(
        " ",
      ),
  },
  {
    key: "emoji.people",
    emojis:
      "👍 👎 👌 ✌️ 🤞 🤙 👏 🙌 🙏 💪 👋 ✋ 👉 👈 👆 👇 ☝️ ✍️ 👀 🧑 👩 👨 🧑‍💻 👩‍💻 👨‍💻 👩‍🔧 👨‍🔧 👩‍🍳 👨‍🍳 👩‍⚕️ 👨‍⚕️ 🙋‍♀️ 🙋‍♂️ 🤷‍♀️ 🤷‍♂️ 🙆‍♀️ 🙆‍♂️ 🤦‍♀️ 🤦‍♂️ 👩‍👧 👨‍👩‍👧‍👦 👩‍❤️‍👨".split(
        " ",
      ),
  },
  {
    key: "emoji.symbols",
    emojis:
      "❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 ❤️‍🔥 ❤️‍🩹 💯 ✅ ☑️ ✔️ ❌ ❗ ❓ ⚠️ ⛔ 🔴 🟡 🟢 🔵 ⭐ ✨ 🔥 💡 🔔 🎉 🎊 🏳️‍🌈 ▶️ ⏸️ ⏳ ⌛".split(
        " ",
      ),
  },
  {
    key: "emoji.objects",
    emojis:
      "📦 🚚 🛵 ✈️ 🛒 🛍️ 🎁 💳 💵 💰 🧾 🏷️ 📱 💻 ⌨️ 🖨️ 📷 🎥 📞 ☎️ ✉️ 📧 📎 📄 📅 🕐 ⏰ 🔑 🔒 🔧 🔍 🏠 🏢 🏪 📍 🌎".split(" "),
  },
  {
    key: "emoji.nature",
    emojis:
      "☀️ 🌤️ 🌧️ ❄️ 🌈 🌸 🌹 🌻 🌱 🌳 🐶 🐱 🐰 🦊 🐻 🐼 🐦 🦋 🍎 🍌 🍓 🥑 🥐 🍞 🧀 🍔 🍕 🌮 🥗 🍰 🎂 🍫 ☕ 🧉 🍺 🍷".split(
        " ",
      ),
  },
];

const remembered = "recado.emojis";
const KEPT = 16;

export const recentEmojis = (): string[] => localStorage.getItem(remembered)?.split(" ").filter(Boolean) ?? [];

export function rememberEmoji(emoji: string): void {
  const others = recentEmojis().filter((known) => known !== emoji);
  localStorage.setItem(remembered, [emoji, ...others].slice(0, KEPT).join(" "));
}
