/** Drafts per operator and conversation. Texts are in local storage, files and forms in memory. */

import type { FileKind } from "@recado/lib/protocol";
import type { FormDrafts, FormKind, Outgoing } from "./outgoing.ts";

export interface Picked {
  id: string;
  file: File;
  kind: FileKind;
}

const none: readonly Picked[] = [];
const files = new Map<string, readonly Picked[]>();
const forms = new Map<string, Partial<FormDrafts>>();

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

export const readFiles = (operatorId: string, conversationId: string): readonly Picked[] =>
  files.get(key(operatorId, conversationId)) ?? none;

export function writeFiles(operatorId: string, conversationId: string, picked: readonly Picked[]): void {
  if (picked.length === 0) files.delete(key(operatorId, conversationId));
  else files.set(key(operatorId, conversationId), picked);
}

export const readForm = <K extends FormKind>(
  operatorId: string,
  conversationId: string,
  kind: K,
): FormDrafts[K] | undefined => forms.get(key(operatorId, conversationId))?.[kind];

export function writeForm<K extends FormKind>(
  operatorId: string,
  conversationId: string,
  kind: K,
  value: FormDrafts[K] | undefined,
): void {
  const place = key(operatorId, conversationId);
  forms.set(place, { ...forms.get(place), [kind]: value });
}

const listeners = new Set<() => void>();

/** Calls `run` when messages have become drafts again. */
export function onTakenBack(run: () => void): () => void {
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
  for (const listener of listeners) listener();
}
