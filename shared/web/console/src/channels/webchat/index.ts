import { IconWorld } from "@tabler/icons-react";
import type { ChannelDescriptor, ChannelField } from "../descriptor.ts";
import { COLOR, isColor, type OriginFault, originsOf, siteOf } from "./site.ts";
import { webchatTexts } from "./texts/index.ts";

const faultKeys = {
  notAddress: "webchat.originInvalid",
  notSecure: "webchat.originNotSecure",
  path: "webchat.originPath",
} as const satisfies Record<OriginFault, string>;

const originsFault: ChannelField["fault"] = (value, t) => {
  const verdict = originsOf(value);
  if ("origins" in verdict) return null;
  if (verdict.fault === "none") return t("field.required"); // only separators
  const fault = t(faultKeys[verdict.fault], { address: verdict.line });
  return verdict.suggestion ? t("webchat.originMeant", { fault, address: verdict.suggestion }) : fault;
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
    fields: [
      {
        name: "origins",
        in: "settings",
        label: "webchat.origins",
        hint: "webchat.originsHint",
        placeholder: "webchat.originsPlaceholder",
        input: "lines",
        inputMode: "url",
        rows: { min: 2, max: 6 },
        fault: originsFault,
        read: (value) => siteOf({ settings: { origins: value } }).origins.join("\n"),
        write: (value) => {
          const verdict = originsOf(value);
          return "origins" in verdict ? verdict.origins : [];
        },
      },
      {
        name: "title",
        in: "settings",
        label: "webchat.title",
        hint: "webchat.titleHint",
        maxLength: 60,
        prose: true,
        optional: true,
      },
      {
        name: "greeting",
        in: "settings",
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
  tabs: [
    {
      value: "installation",
      label: "webchat.installation",
      load: async () => (await import("./Installation.tsx")).Installation,
    },
  ],
};
