/** The browser's storage of files and forms that were not sent. A place is an operator and a conversation, with a space between. */
import type { FileKind } from "@recado/lib/protocol";
import { promisifyRequest } from "idb-keyval";
import type { FormDrafts } from "./outgoing.ts";
import { FORGOTTEN_AFTER, lazyStore } from "./shared.ts";

export interface KeptDraft {
  /** When it was changed last, in milliseconds since 1970. */
  at: number;
  /** The size of its files. */
  bytes: number;
  files: readonly { id: string; kind: FileKind }[];
  /** Without their files. */
  forms: Partial<FormDrafts>;
}

/** All methods but `tell` and `listen` reject when the browser's storage is blocked or full. */
export interface DraftStorage {
  /** All drafts by place, without those that nobody came back to. */
  records(): Promise<Map<string, KeptDraft>>;
  files(place: string, ids: readonly string[]): Promise<(File | undefined)[]>;
  /** `undefined` removes the draft. */
  keep(
    place: string,
    record: KeptDraft | undefined,
    files: { added: ReadonlyMap<string, File>; gone: readonly string[] },
  ): Promise<void>;
  /** Removes all drafts of an operator. */
  forget(operatorId: string): Promise<void>;
  /** Tells the other tabs that a draft has changed. */
  tell(place: string): void;
  listen(run: (place: string) => void): void;
}

const store = lazyStore("recado.drafts");
const fileKey = (place: string, id: string) => `${place} ${id}`;
const isRecord = (key: string) => key.split(" ").length === 2;
const under = (key: string, place: string) => key === place || key.startsWith(`${place} `);

const keysOf = (entries: IDBObjectStore) => promisifyRequest(entries.getAllKeys() as IDBRequest<string[]>);

/** Reads in one transaction. */
const valuesOf = <T>(keys: readonly string[]): Promise<T[]> =>
  store()("readonly", (entries) => Promise.all(keys.map((key) => promisifyRequest(entries.get(key) as IDBRequest<T>))));

/** Writes in one transaction. */
const write = (put: readonly (readonly [string, unknown])[], removed: readonly string[]): Promise<void> =>
  store()("readwrite", (entries) => {
    for (const [key, value] of put) entries.put(value, key);
    for (const key of removed) entries.delete(key);
    return promisifyRequest(entries.transaction);
  });

export function draftStorage(): DraftStorage {
  const channel = new BroadcastChannel("recado.drafts");
  return {
    async records() {
      const all = await store()("readonly", keysOf);
      const places = all.filter(isRecord);
      const records = await valuesOf<KeptDraft>(places);
      const found = new Map(places.flatMap((place, i) => (records[i] ? [[place, records[i]] as const] : [])));
      const old = [...found].filter(([, { at }]) => Date.now() - at > FORGOTTEN_AFTER).map(([place]) => place);
      for (const place of old) found.delete(place);
      const forgotten = all.filter((key) => old.some((place) => under(key, place)));
      if (forgotten.length > 0) await write([], forgotten);
      return found;
    },
    files: (place, ids) => valuesOf(ids.map((id) => fileKey(place, id))),
    async keep(place, record, { added, gone }) {
      const put: [string, unknown][] = [...added].map(([id, file]) => [fileKey(place, id), file]);
      const removed = gone.map((id) => fileKey(place, id));
      if (record) put.push([place, record]);
      else removed.push(place);
      await write(put, removed);
    },
    async forget(operatorId) {
      const all = await store()("readonly", keysOf);
      await write(
        [],
        all.filter((key) => under(key, operatorId)),
      );
    },
    tell: (place) => channel.postMessage(place),
    listen: (run) => channel.addEventListener("message", ({ data }) => run(String(data))),
  };
}
