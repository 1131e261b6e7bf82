/**
 * Copies a text to the clipboard. If the browser refuses (old browser, no permission, page without TLS), the text is
 * selected in its field and copied with `execCommand`. Resolves to false when that fails, too.
 */
export async function copied(text: string, field: HTMLTextAreaElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (!field) return false;
    field.focus();
    field.select();
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  }
}
