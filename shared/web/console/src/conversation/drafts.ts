/** Unsent text per conversation, kept in this browser until it is sent or emptied. */
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
