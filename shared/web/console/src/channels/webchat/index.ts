import { IconWorld } from "@tabler/icons-react";
import type { ChannelDescriptor, ChannelField } from "../descriptor.ts";
import { COLOR, isColor, originsOf, previewPath, siteName, siteOf, withTwins } from "./site.ts";
import { webchatTexts } from "./texts/index.ts";

const originsFault: ChannelField["fault"] = (value, t) => {
  const verdict = originsOf(value);
  if ("origins" in verdict) return null;
  return verdict.wrong === null ? t("field.required") : t("webchat.originInvalid", { address: verdict.wrong });
};

const originsIn = (value: string): string[] => {
  const verdict = originsOf(value);
  return "origins" in verdict ? verdict.origins : [];
};

// S0-30, S0-32
export const webchat: ChannelDescriptor = {
  name: "Web",
  icon: IconWorld,
  color: "#5a6670",
  texts: webchatTexts,
  identityOf: (channel) =>
    siteOf(channel)
      .origins.map((origin) => origin.replace(/^https?:\/\//, ""))
      .join(", "),
  anonymousContacts: true,
  connect: {
    choice: "webchat.kind",
    title: "webchat.connect",
    submit: "webchat.create",
    nextTab: "installation",
    nameFrom: ({ origins = "" }) => siteName(origins),
    initialTexts: { greeting: "webchat.greetingInitial" },
    fields: [
      {
        name: "origins",
        in: "settings",
        when: "connecting",
        label: "webchat.address",
        hint: "webchat.addressHint",
        placeholder: "webchat.addressPlaceholder",
        inputMode: "url",
        fault: originsFault,
        write: (value) => withTwins(originsIn(value)),
      },
      {
        name: "origins",
        in: "settings",
        when: "changing",
        label: "webchat.origins",
        hint: "webchat.originsHint",
        placeholder: "webchat.originsPlaceholder",
        input: "lines",
        inputMode: "url",
        rows: { min: 2, max: 6 },
        fault: originsFault,
        read: (value) => siteOf({ settings: { origins: value } }).origins.join("\n"),
        write: originsIn,
      },
      {
        name: "title",
        in: "settings",
        when: "changing",
        label: "webchat.title",
        hint: "webchat.titleHint",
        maxLength: 60,
        prose: true,
        optional: true,
      },
      {
        name: "greeting",
        in: "settings",
        when: "changing",
        label: "webchat.greeting",
        hint: "webchat.greetingHint",
        input: "lines",
        maxLength: 300,
        rows: { min: 2, max: 5 },
        prose: true,
        optional: true,
      },
      {
        name: "color",
        in: "settings",
        when: "changing",
        label: "webchat.color",
        input: "color",
        initial: COLOR,
        fault: (value, t) => (isColor(value) ? null : t("webchat.colorInvalid")),
        read: (value) => siteOf({ settings: { color: value } }).color,
        write: (value) => value.toLowerCase(),
      },
    ],
  },
  facts: (channel) => {
    const { origins, title, greeting, color } = siteOf(channel);
    return [
      { label: "webchat.code", value: channel.externalId },
      { label: "webchat.origins", value: origins.join("\n") },
      { label: "webchat.title", value: title },
      { label: "webchat.greeting", value: greeting },
      { label: "webchat.color", value: color },
    ];
  },
  tryIt: (channel) => ({ href: previewPath(channel), label: "webchat.tryIt" }),
  preview: {
    page: async () => (await import("./PreviewPage.tsx")).PreviewPage,
    panel: async () => (await import("./PreviewPanel.tsx")).PreviewPanel,
  },
  tabs: [
    {
      value: "installation",
      label: "webchat.installation",
      load: async () => (await import("./Installation.tsx")).Installation,
    },
  ],
};
