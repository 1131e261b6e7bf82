/**
 * Files and half-filled forms per place, kept in the browser's storage until they are sent or removed, so that they outlive the page. What
 * the storage does not take lives as long as the page.
 */
import type { DraftStorage, KeptDraft } from "./draftStorage.ts";
import type { Draft, FormDrafts } from "./outgoing.ts";

/** Bytes of files that are kept in all; more would push out what the browser caches of other pages. */
export const KEPT_BYTES = 200 * 1024 * 1024;

/** The id of a template's file, of which a form has one. */
const TEMPLATE_FILE = "template";

const empty: Draft = { files: [], forms: {} };

const definedOf = (forms: Partial<FormDrafts>): Partial<FormDrafts> =>
  Object.fromEntries(Object.entries(forms).filter(([, value]) => value !== undefined));

function filesOf({ files, forms }: Draft): Map<string, File> {
  const all = new Map(files.map(({ id, file }) => [id, file]));
  if (forms.template?.file) all.set(TEMPLATE_FILE, forms.template.file);
  return all;
}

/** What the other tabs have to know of: which files and forms there are. */
const shapeOf = ({ files, forms }: Draft): string =>
  [...files.map(({ id }) => id), ...Object.keys(definedOf(forms))].join(" ");

export class KeptDrafts {
  /** Files that the storage has. */
  private readonly kept = new Map<string, Map<string, File>>();
  private readonly shapes = new Map<string, string>();
  private readonly loaded = new Set<string>();
  private readonly waiting = new Set<string>();
  private readonly failed = new Set<string>();
  private turn: Promise<void> = Promise.resolve();

  /** `drafts` is what the page shows, by place. */
  constructor(
    private readonly drafts: Map<string, Draft>,
    private readonly storage: DraftStorage,
    private readonly onChange: () => void,
  ) {
    storage.listen((place) => this.changedElsewhere(place));
  }

  /** The page changed the draft of a place. */
  changed(place: string): void {
    if (this.waiting.has(place)) return;
    this.waiting.add(place);
    this.next(() => this.write(place));
  }

  /** Reads what the storage has of a place, once. */
  load(place: string): void {
    if (!this.loaded.has(place)) this.next(() => this.read(place));
  }

  /** Removes what the storage has of an operator. What this page shows stays until it is left. */
  forget(operatorId: string): void {
    this.next(async () => {
      this.kept.clear();
      this.failed.clear();
      await this.storage.forget(operatorId);
    });
  }

  /** Whether something would be lost with the page. */
  get unkept(): boolean {
    return this.waiting.size > 0 || this.failed.size > 0;
  }

  /** Resolves when all changes so far are written. */
  async settled(): Promise<void> {
    await this.turn;
  }

  /** One after the other, as a later state must not be written before an earlier one. */
  private next(run: () => Promise<void>): void {
    // Without storage, the page itself is all there is.
    this.turn = this.turn.then(run).catch(() => {});
  }

  private async read(place: string): Promise<void> {
    if (this.loaded.has(place)) return;
    const record = (await this.storage.records()).get(place);
    const stored = record ? await this.restored(place, record) : empty;
    this.loaded.add(place);
    this.kept.set(place, filesOf(stored));
    this.shapes.set(place, shapeOf(stored));
    if (!record) return;
    // Something may have been added before the storage answered.
    const mine = this.drafts.get(place) ?? empty;
    this.drafts.set(place, {
      files: [...stored.files, ...mine.files],
      forms: { ...stored.forms, ...definedOf(mine.forms) },
    });
    this.onChange();
  }

  private async restored(place: string, { files, forms }: KeptDraft): Promise<Draft> {
    const ids = [...files.map(({ id }) => id), TEMPLATE_FILE];
    const found = await this.storage.files(place, ids);
    const template = forms.template && { ...forms.template, file: found.at(-1) };
    return {
      files: files.flatMap(({ id, kind }, i) => {
        const file = found[i];
        return file ? [{ id, kind, file }] : [];
      }),
      forms: template ? { ...forms, template } : forms,
    };
  }

  private async write(place: string): Promise<void> {
    try {
      await this.read(place);
      this.waiting.delete(place);
      const all = await this.store(place, this.drafts.get(place) ?? empty);
      if (all) this.failed.delete(place);
      else this.failed.add(place);
    } catch (error) {
      this.waiting.delete(place);
      this.failed.add(place);
      throw error;
    }
  }

  /** Returns false when there was no room for a file. */
  private async store(place: string, draft: Draft): Promise<boolean> {
    const had = this.kept.get(place) ?? new Map<string, File>();
    const wanted = filesOf(draft);
    const has = new Map([...wanted].filter(([id, file]) => had.get(id) === file));
    const added = new Map([...wanted].filter(([id]) => !has.has(id)));
    let room = added.size > 0 ? KEPT_BYTES - (await this.bytesBeside(place)) : 0;
    for (const { size } of has.values()) room -= size;
    for (const [id, { size }] of added) {
      if (size > room) added.delete(id);
      else room -= size;
    }
    const now = new Map([...has, ...added]);
    const forms = definedOf(draft.forms);
    const { template } = forms;
    const record: KeptDraft = {
      at: Date.now(),
      bytes: [...now.values()].reduce((sum, { size }) => sum + size, 0),
      files: draft.files.filter(({ id }) => now.has(id)).map(({ id, kind }) => ({ id, kind })),
      forms: template ? { ...forms, template: { ...template, file: undefined } } : forms,
    };
    const nothing = record.files.length === 0 && Object.keys(forms).length === 0;
    const shape = shapeOf(draft);
    // A text that is sent clears files that never were.
    if (nothing && shape === "" && !this.shapes.get(place)) return true;
    const gone = [...had.keys()].filter((id) => !now.has(id));
    await this.storage.keep(place, nothing ? undefined : record, { added, gone });
    this.kept.set(place, now);
    if (shape !== this.shapes.get(place)) this.storage.tell(place);
    this.shapes.set(place, shape);
    return now.size === wanted.size;
  }

  private async bytesBeside(place: string): Promise<number> {
    const records = await this.storage.records();
    return [...records].reduce((sum, [other, { bytes }]) => (other === place ? sum : sum + bytes), 0);
  }

  /** Another tab sent, added or removed something. What only this page has stays. */
  private changedElsewhere(place: string): void {
    if (!this.loaded.has(place) || this.waiting.has(place) || this.failed.has(place)) return;
    this.loaded.delete(place);
    this.drafts.delete(place);
    this.next(async () => {
      await this.read(place);
      this.onChange();
    });
  }
}
