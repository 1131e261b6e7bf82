/**
 * What the console knows about one channel type.
 *
 * To add a channel: make `channels/<type>/index.ts` that exports its descriptor under the type's name, add one line to
 * `registry.ts`, and put its texts into `channels/<type>/texts/`. Nothing else in the console may name a channel. What
 * the API says in its capabilities (types of messages, file limits, reply window, templates) is not repeated here.
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
  /** The channel's ids of contacts are random: a contact without phone number and user name is shown without an id. */
  anonymousContacts?: boolean;
}

/** How a channel is connected, and what is shown of a connected one. */
export interface ChannelSetup {
  /** Absent: such a channel cannot be connected in the console, and its form changes the name only. */
  connect?: ConnectForm;
  /** Rows of the channel's details, below name and store. */
  facts?: (channel: Channel) => readonly { label: Key; value: string }[];
  /** Tabs of the channel's page, between details and templates. Their code is loaded when they are opened. */
  tabs?: readonly ChannelTab[];
  /** Only for channels whose capabilities say that they have templates. */
  templates?: TemplateTexts;
  /** Sentences for reasons of errors that only this channel's provider causes. */
  reasons?: Readonly<Record<string, Key>>;
}

/** The form that connects a channel and changes it. Name and store are asked for every channel and are not listed. */
export interface ConnectForm {
  /** Label of the choice between channels. Default: the brand's name. */
  choice?: Key;
  /** Title of the dialog. */
  title: Key;
  /** Label of the button that connects. Default: "Connect". */
  submit?: Key;
  fields: readonly ChannelField[];
  /** Sentence for a conflict while connecting: usually that somebody connected it already. */
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
   * Where the value goes. `externalId` is given once and cannot be changed. `credentials` are never shown again; while
   * changing a channel an empty field keeps the current value.
   */
  in: "externalId" | "settings" | "credentials";
  label: Key;
  hint?: Key;
  placeholder?: Key;
  /** Default: one line. `credentials` are always typed hidden. */
  input?: "line" | "lines" | "color";
  inputMode?: "numeric" | "url";
  /** In characters. */
  maxLength?: number;
  /** Rows of an input of several lines. */
  rows?: { min: number; max: number };
  /** Free text of a person, in any direction of writing; else it is code without completion and spell check. */
  prose?: boolean;
  /** It may be left out. */
  optional?: boolean;
  /** Default of an empty setting. */
  initial?: string;
  /** What is wrong with a value, as a sentence; null when nothing is. Without it only an empty value is wrong. */
  fault?: (value: string, t: TFunction) => string | null;
  /** A setting as text. Default: the setting when it is a string. */
  read?: (value: unknown) => string;
  /** A text as setting; `undefined` removes the setting. Default: the trimmed text. */
  write?: (value: string) => unknown;
}

export interface ChannelTab {
  /** Value in the address bar. */
  value: string;
  label: Key;
  load: () => Promise<ComponentType<{ channel: Channel }>>;
}

export interface TemplateTexts {
  /** Nothing to choose from while writing a message: where templates are made. */
  none: Key;
  /** Nothing in the channel's settings: make some, then refresh. */
  refresh: Key;
  /** What the channel's settings lack so that its templates can be read; null when nothing. */
  missing?: (channel: Channel) => Key | null;
}
