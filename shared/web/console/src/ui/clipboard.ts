/**
 * Puts a text on the clipboard. Where the browser refuses (an old one, no permission, a page without a certificate) it is
 * marked in its field and copied the old way; whether that failed too decides what the person is told.
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
