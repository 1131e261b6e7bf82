import type { Channel } from "@recado/lib/protocol";
import { IconBrandTelegram } from "@tabler/icons-react";
import type { ChannelDescriptor } from "../descriptor.ts";
import { telegramTexts } from "./texts/index.ts";

/** The bot's user name with its @; empty when the settings name none. */
const usernameOf = ({ settings }: Channel): string =>
  typeof settings.username === "string" && settings.username !== "" ? `@${settings.username}` : "";

// B-50
export const telegram: ChannelDescriptor = {
  name: "Telegram",
  icon: IconBrandTelegram,
  color: "#1c7fb4",
  texts: telegramTexts,
  identityOf: (channel) => usernameOf(channel) || channel.externalId,
  connect: {
    rank: 2,
    title: "telegram.connect",
    conflict: "telegram.taken",
    steps: [
      { text: "telegram.step.open", url: "https://t.me/BotFather" },
      { text: "telegram.step.newBot" },
      { text: "telegram.step.copy" },
    ],
    fields: [
      {
        name: "accessToken",
        in: "credentials",
        label: "telegram.accessToken",
        hint: "telegram.accessTokenHint",
        fault: (value, t) => (/^\d+:[\w-]+$/.test(value.trim()) ? null : t("telegram.notToken")),
        rejected: "telegram.tokenRefused",
      },
    ],
  },
  tryIt: (channel) => {
    const username = usernameOf(channel).slice(1);
    return username ? { href: `https://t.me/${encodeURIComponent(username)}`, label: "telegram.tryIt" } : null;
  },
  facts: (channel) => [
    { label: "telegram.bot", value: usernameOf(channel) },
    { label: "telegram.botId", value: channel.externalId },
  ],
  reasons: { claimed: "telegram.taken" },
};
