import type { Channel } from "@recado/lib/protocol";
import { IconBrandWhatsapp } from "@tabler/icons-react";
import type { ChannelDescriptor, ChannelField } from "../descriptor.ts";
import { whatsappTexts } from "./texts/index.ts";

const digits: ChannelField["fault"] = (value, t) => (/^\d{5,}$/.test(value.trim()) ? null : t("whatsapp.digitsOnly"));

/** The business account that the templates belong to; empty when the settings name none. */
const businessAccountOf = ({ settings }: Channel): string =>
  typeof settings.businessAccountId === "string" ? settings.businessAccountId : "";

/** Where Meta delivers. The token that proves it is ours is a secret of the deployment, which the console does not have. */
const webhook = () => `${location.origin}/webhooks/whatsapp`;

export const whatsapp: ChannelDescriptor = {
  name: "WhatsApp",
  icon: IconBrandWhatsapp,
  color: "#128c4b",
  texts: whatsappTexts,
  connect: {
    rank: 1,
    title: "whatsapp.connect",
    conflict: "whatsapp.taken",
    steps: [
      { text: "whatsapp.step.app", url: "https://developers.facebook.com/apps" },
      { text: "whatsapp.step.webhook" },
    ],
    copies: [{ label: "whatsapp.webhook", hint: "whatsapp.webhookHint", value: webhook }],
    fields: [
      {
        name: "externalId",
        in: "externalId",
        label: "whatsapp.phoneNumberId",
        hint: "whatsapp.phoneNumberIdHint",
        inputMode: "numeric",
        fault: digits,
        rejected: "whatsapp.numberRefused",
      },
      {
        name: "businessAccountId",
        in: "settings",
        label: "whatsapp.businessAccountId",
        hint: "whatsapp.businessAccountIdHint",
        inputMode: "numeric",
        optional: true,
        proven: true,
        fault: digits,
        rejected: "whatsapp.businessRefused",
        write: (value) => value.trim() || undefined,
      },
      {
        name: "accessToken",
        in: "credentials",
        label: "whatsapp.accessToken",
        hint: "whatsapp.accessTokenHint",
        rejected: "whatsapp.tokenRefused",
      },
    ],
  },
  tryIt: ({ displayPhone }) => {
    const digits = displayPhone?.replace(/\D/g, "");
    return digits ? { href: `https://wa.me/${digits}`, label: "whatsapp.tryIt" } : null;
  },
  facts: (channel) => [
    { label: "field.phone", value: channel.displayPhone ?? "" },
    { label: "whatsapp.phoneNumberId", value: channel.externalId },
    { label: "whatsapp.businessAccountId", value: businessAccountOf(channel) },
    { label: "whatsapp.webhook", value: webhook() },
  ],
  templates: {
    none: "whatsapp.templatesNone",
    refresh: "whatsapp.templatesRefresh",
    missing: (channel) => (businessAccountOf(channel) === "" ? "whatsapp.noBusinessAccount" : null),
  },
  reasons: { claimed: "whatsapp.taken", no_business_account: "whatsapp.noBusinessAccount" },
};
