/** Drafts per operator and conversation. Texts are in local storage, files and forms in the browser's database. */

import type { FileKind } from "@recado/lib/protocol";
import type { KeptDrafts } from "./keptDrafts.ts";
import type { Draft, FormDrafts, FormKind, Outgoing, Picked } from "./outgoing.ts";

const none: Draft = { files: [], forms: {} };
/** Files and forms as this page shows them, by operator and conversation. */
const drafts = new Map<string, Draft>();
let keeper: KeptDrafts | undefined;
let coming: Promise<KeptDrafts> | undefined;

const listeners = new Set<() => void>();
const told = () => {
  for (const listener of listeners) listener();
};

/** Its code is loaded when a conversation opens, after what the page shows first. */
async function withKeeper(run: (keeper: KeptDrafts) => void): Promise<void> {
  try {
    coming ??= Promise.all([import("./keptDrafts.ts"), import("./draftStorage.ts")]).then(
      ([{ KeptDrafts }, { draftStorage }]) => new KeptDrafts(drafts, draftStorage(), told),
    );
    keeper = await coming;
    run(keeper);
  } catch {
    // Without its code, drafts live as long as the page. The next change asks for it again.
    coming = undefined;
  }
}

const placeOf = (operatorId: string, conversationId: string): string => `${operatorId} ${conversationId}`;
const draftOf = (operatorId: string, conversationId: string): Draft =>
  drafts.get(placeOf(operatorId, conversationId)) ?? none;

function change(operatorId: string, conversationId: string, changes: Partial<Draft>): void {
  const place = placeOf(operatorId, conversationId);
  drafts.set(place, { ...draftOf(operatorId, conversationId), ...changes });
  void withKeeper((ready) => ready.changed(place));
}

const key = (operatorId: string, conversationId: string) => `recado.draft.${operatorId}.${conversationId}`;

export function readDraft(operatorId: string, conversationId: string): string {
  return localStorage.getItem(key(operatorId, conversationId)) ?? "";
}

export function writeDraft(operatorId: string, conversationId: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(key(operatorId, conversationId));
    else localStorage.setItem(key(operatorId, conversationId), text);
  } catch {
    // The storage is full; the field still has the text.
  }
}

/** Reads files and forms from the storage; `onDraftsChanged` tells when they are there. */
export function loadDraft(operatorId: string, conversationId: string): void {
  void withKeeper((ready) => ready.load(placeOf(operatorId, conversationId)));
}

export const readFiles = (operatorId: string, conversationId: string): readonly Picked[] =>
  draftOf(operatorId, conversationId).files;

export const writeFiles = (operatorId: string, conversationId: string, files: readonly Picked[]): void =>
  change(operatorId, conversationId, { files });

export const readForm = <K extends FormKind>(
  operatorId: string,
  conversationId: string,
  kind: K,
): FormDrafts[K] | undefined => draftOf(operatorId, conversationId).forms[kind];

export const writeForm = <K extends FormKind>(
  operatorId: string,
  conversationId: string,
  kind: K,
  value: FormDrafts[K] | undefined,
): void =>
  change(operatorId, conversationId, { forms: { ...draftOf(operatorId, conversationId).forms, [kind]: value } });

/** Whether files or forms would be lost with the page. */
export const draftsUnkept = (): boolean => (keeper ? keeper.unkept : drafts.size > 0);

/** Removes an operator's files and forms from this browser's storage. */
export const forgetDrafts = (operatorId: string): Promise<void> => withKeeper((ready) => ready.forget(operatorId));

/** Calls `run` when drafts have changed otherwise than by the fields that show them. */
export function onDraftsChanged(run: () => void): () => void {
  listeners.add(run);
  return () => listeners.delete(run);
}

/** Turns unsent messages back into drafts. */
export function takeBack(operatorId: string, outgoing: readonly Outgoing[]): void {
  for (const { conversationId, clientId, type, text, file, draft } of outgoing.toReversed()) {
    if (draft) {
      writeForm(operatorId, conversationId, draft.kind, draft.value);
      continue;
    }
    const words = [text, readDraft(operatorId, conversationId)].filter((part) => part !== "");
    writeDraft(operatorId, conversationId, words.join("\n"));
    if (file) {
      writeFiles(operatorId, conversationId, [
        { id: clientId, file, kind: type as FileKind },
        ...readFiles(operatorId, conversationId),
      ]);
    }
  }
  told();
}
