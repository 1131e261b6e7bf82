/** A message on its way to the server, and the half-filled forms that become one. Types only. */
import type { Card, FileKind, Interactive, Location, Template } from "@recado/lib/protocol";

/** The values for a template's parameters, in the order in which they are written. */
export interface TemplateUse {
  name: string;
  language: string;
  parameters: { header: string[]; body: string[]; buttons: Record<string, string> };
}

/** What a message says beside its text and file: only what belongs to its type. */
export interface Extras {
  location?: Location;
  cards?: Card[];
  interactive?: Interactive;
  template?: TemplateUse;
}

export interface Outgoing extends Extras {
  clientId: string;
  conversationId: string;
  type: "text" | FileKind | "location" | "contacts" | "interactive" | "template";
  /** Of a template: the text that the server will make of it, to be shown meanwhile. */
  text: string;
  replyTo: string | null;
  file?: File;
  /** The form that it was made with. */
  draft?: FormDraft;
  /** Set when the file is uploaded: a retry names the same upload. */
  uploadId?: string;
  /** The uploaded part of the file, from 0 to 1. */
  progress: number;
  /**
   * `waiting`: network or server is away, it is retried automatically. `failed`: it is retried only on request. `old`: it
   * was written more than a day ago and is sent only on request.
   */
  state: "sending" | "waiting" | "failed" | "old";
  /** The error's reason, or its code when it has none. */
  error?: string;
  createdAt: string;
}

export interface OutgoingBody extends Extras {
  clientId: string;
  type: Outgoing["type"];
  text?: string;
  attachments: string[];
  replyTo: string | null;
}

/** The form of a location. Numbers are kept as typed. */
export interface LocationDraft {
  latitude: string;
  longitude: string;
  name: string;
  address: string;
}

/** The form of a contact card. Phones and e-mail addresses are one per line. */
export interface CardDraft {
  key: string;
  name: string;
  company: string;
  phones: string;
  emails: string;
}

export interface ButtonDraft {
  key: string;
  title: string;
}

export interface RowDraft extends ButtonDraft {
  description: string;
}

export interface SectionDraft extends ButtonDraft {
  rows: RowDraft[];
}

/** The form of a message with buttons or a list. */
export interface ChoicesDraft {
  kind: "buttons" | "list";
  text: string;
  footer: string;
  buttons: ButtonDraft[];
  /** The button that opens the list. */
  button: string;
  sections: SectionDraft[];
}

/** The template as it was when it was chosen, and the values typed for its parameters. */
export interface TemplateDraft {
  template: Template;
  header: string[];
  body: string[];
  /** By the index of the button. */
  buttons: Record<string, string>;
  file?: File;
}

export interface FormDrafts {
  location: LocationDraft;
  contacts: CardDraft[];
  interactive: ChoicesDraft;
  template: TemplateDraft;
}
export type FormKind = keyof FormDrafts;
export type FormDraft = { [K in FormKind]: { kind: K; value: FormDrafts[K] } }[FormKind];

/** A file that was chosen in the composer. */
export interface Picked {
  id: string;
  file: File;
  kind: FileKind;
}

/** Files and half-filled forms of a conversation. */
export interface Draft {
  files: readonly Picked[];
  forms: Partial<FormDrafts>;
}
