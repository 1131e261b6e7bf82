/**
 * What the console knows about one channel type.
 *
 * To add a channel:
 * 1. `channels/<type>/index.ts` exports its descriptor under the name of the type.
 * 2. `channels/<type>/texts/` has its texts; `index.ts` there is like that of the other channels.
 * 3. `registry.ts` gets one line.
 *
 * No other code may name a channel. Capabilities that the API returns (message types, file limits, reply window, templates)
 * are not repeated here.
 */
import type { Channel } from "@recado/lib/protocol";
import type { TFunction } from "i18next";
import type { ComponentType } from "react";
import type { Key, Texts } from "../core/texts.ts";

export interface ChannelDescriptor extends ChannelLook, ChannelSetup {
  /** The texts that the descriptor and its tabs use. Every key begins with `<type>.`. */
  texts?: Texts;
}

/** How a channel looks wherever conversations are shown. It uses no texts. */
export interface ChannelLook {
  /** The brand's name. It is not translated; texts get it as `{{channel}}`. */
  name: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Background of the badge, as a CSS colour. The icon on it is white: contrast at least 3:1. */
  color: string;
  /** How people recognise a connected channel. Default: its phone number, else its external id. */
  identityOf?: (channel: Channel) => string;
  /** Contact ids are random, so a contact without phone number and user name is shown without its id. */
  anonymousContacts?: boolean;
}

/** How a channel is connected, and what is shown of a connected one. */
export interface ChannelSetup {
  /** Absent: such a channel cannot be connected in the console, and its form changes the name only. */
  connect?: ConnectForm;
  /** Rows of the channel's details, below name and store. */
  facts?: (channel: Channel) => readonly { label: Key; value: string }[];
  /** Where the owner writes to the channel as a customer would; null if that is not known. The link opens in a window of its own. */
  tryIt?: (channel: Channel) => { href: string; label: Key } | null;
  /** How customers see the channel: a page of ours for `tryIt`, and a panel beside other things. */
  preview?: {
    page: () => Promise<ComponentType<{ channel: Channel }>>;
    panel: () => Promise<ComponentType<{ channel: Channel }>>;
  };
  /** Tabs of the channel's page, between details and templates. Their code is loaded when they are opened. */
  tabs?: readonly ChannelTab[];
  /** Only for channels whose capabilities say that they have templates. */
  templates?: TemplateTexts;
  /** Texts for error reasons that only this channel has. */
  reasons?: Readonly<Record<string, Key>>;
}

/** The form that connects a channel and changes it. Name and store are not listed: the form asks for them. */
export interface ConnectForm {
  /** Label of the choice between channels. Default: the brand's name. */
  choice?: Key;
  /** Title of the dialog. */
  title: Key;
  /** Label of the button that connects. Default: "Connect". */
  submit?: Key;
  /** What to do at the provider before filling in the fields. A step with an address is a link to it. */
  steps?: readonly { text: Key; url?: string }[];
  /** Values of ours that the provider asks for, with a button that copies them. */
  copies?: readonly { label: Key; hint: Key; value: () => string }[];
  /** Makes a new channel's name of its fields, by their names. Absent: the form asks for it. */
  nameFrom?: (values: Readonly<Record<string, string>>) => string;
  /** Texts that a new channel's settings begin with, in the language of who connects it. */
  initialTexts?: Readonly<Record<string, Key>>;
  fields: readonly ChannelField[];
  /** Text for a conflict while connecting: usually that the channel is connected already. */
  conflict?: Key;
  /** Place in the choice between channels, smallest first; the first is preselected. Default: after those with a rank. */
  rank?: number;
  /** Tab that is opened after connecting. Default: the list of channels stays. */
  nextTab?: string;
}

/** One field of the form. */
export interface ChannelField {
  /** Name in the request: `externalId`, or a key of `settings` or `credentials`. */
  name: string;
  /**
   * Where the value goes. `externalId` can be corrected until the channel has messages. `credentials` are never shown again;
   * while changing a channel an empty field keeps the current value.
   */
  in: "externalId" | "settings" | "credentials";
  /** Default: the field is there both while connecting and while changing a channel. */
  when?: "connecting" | "changing";
  label: Key;
  hint?: Key;
  placeholder?: Key;
  /** Default: `line`. `credentials` are always a password field. */
  input?: "line" | "lines" | "color";
  inputMode?: "numeric" | "url";
  /** In characters. */
  maxLength?: number;
  /** Rows of a `lines` input. */
  rows?: { min: number; max: number };
  /** Natural language, in any writing direction. Otherwise autocompletion and spell check are off. */
  prose?: boolean;
  /** A setting that the provider must confirm: a new value needs the credentials, as a new `externalId` does. */
  proven?: boolean;
  /** The field may be empty. */
  optional?: boolean;
  /** Initial value without a setting. */
  initial?: string;
  /** Validation: the error text, or null. Without it only an empty value is an error. */
  fault?: (value: string, t: TFunction) => string | null;
  /** Error text when the API rejects the value as invalid. Default: the general text, below the form. */
  rejected?: Key;
  /** A setting as text. Default: the setting when it is a string. */
  read?: (value: unknown) => string;
  /** A text as setting; `undefined` removes the setting. Default: the trimmed text. */
  write?: (value: string) => unknown;
}

export interface ChannelTab {
  /** Value of the search parameter `tab`. */
  value: string;
  label: Key;
  load: () => Promise<ComponentType<{ channel: Channel }>>;
}

export interface TemplateTexts {
  /** Shown in the composer when there are no templates: where to create them. */
  none: Key;
  /** Shown in the channel's settings when there are no templates: create some, then refresh. */
  refresh: Key;
  /** The text for a missing setting without which templates cannot be read; null when it is there. */
  missing?: (channel: Channel) => Key | null;
}
