/** What a text field has to know of input methods and of the clipboard. */

/**
 * Whether a key belongs to the input method. Safari ends the composition before the keydown that confirms it, and marks that
 * keydown with the code 229 alone (w3.org/TR/uievents/#legacy-key-models; bugs.webkit.org/show_bug.cgi?id=165004).
 */
export const isComposing = ({ isComposing, keyCode }: { isComposing: boolean; keyCode: number }): boolean =>
  isComposing || keyCode === 229;

/**
 * The files that a paste attaches; none when the paste is a text. Spreadsheets and word processors put a picture of the cells beside
 * the text. Browsers put markup, and some an address, beside a copied picture.
 */
export function pastedFiles(clipboard: DataTransfer): File[] {
  const files = [...clipboard.files];
  const text = clipboard.getData("text/plain").trim();
  const html = clipboard.getData("text/html");
  if (text === "" || files.length === 0) return files;
  // File managers put the names beside the files: alone, in paths or in addresses.
  if (html === "") return files.every(({ name }) => text.includes(name) || text.includes(encodeURI(name))) ? files : [];
  return new DOMParser().parseFromString(html, "text/html").body.textContent?.trim() ? [] : files;
}

/** Whether files are dragged, and not a text or a link. */
export const carriesFiles = (transfer: DataTransfer | null): boolean => transfer?.types.includes("Files") ?? false;
