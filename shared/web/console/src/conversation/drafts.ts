/** What is not sent yet, per conversation: text is kept in this browser, files as long as the page lives. */
import type { FileKind } from "@recado/lib/protocol";
import type { Outgoing } from "./outbox.ts";

export interface Picked {
  id: string;
  file: File;
  kind: FileKind;
}

const none: readonly Picked[] = [];
const files = new Map<string, readonly Picked[]>();

const key = (operatorId: string, conversationId: string) => `recado.draft.${operatorId}.${conversationId}`;

export function readDraft(operatorId: string, conversationId: string): string {
  return localStorage.getItem(key(operatorId, conversationId)) ?? "";
}

export function writeDraft(operatorId: string, conversationId: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(key(operatorId, conversationId));
    else localStorage.setItem(key(operatorId, conversationId), text);
  } catch {
    // The storage is full: the text is still in the field.
  }
}

export const readFiles = (operatorId: string, conversationId: string): readonly Picked[] =>
  files.get(key(operatorId, conversationId)) ?? none;

export function writeFiles(operatorId: string, conversationId: string, picked: readonly Picked[]): void {
  if (picked.length === 0) files.delete(key(operatorId, conversationId));
  else files.set(key(operatorId, conversationId), picked);
}

/** What could not leave, because the session ended, goes back to where it was written. */
export function takeBack(operatorId: string, outgoing: readonly Outgoing[]): void {
  for (const { conversationId, clientId, type, text, file } of outgoing.toReversed()) {
    const words = [text, readDraft(operatorId, conversationId)].filter((part) => part !== "");
    writeDraft(operatorId, conversationId, words.join("\n"));
    if (file && type !== "text") {
      writeFiles(operatorId, conversationId, [
        { id: clientId, file, kind: type },
        ...readFiles(operatorId, conversationId),
      ]);
    }
  }
}
