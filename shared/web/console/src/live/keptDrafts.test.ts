import { beforeEach, describe, expect, test, vi } from "vitest";
import type { DraftStorage, KeptDraft } from "./draftStorage.ts";
import { KEPT_BYTES, KeptDrafts } from "./keptDrafts.ts";
import type { Draft, Picked, TemplateDraft } from "./outgoing.ts";

const here = "op_me cv_1";

/** A browser with its storage and its tabs. */
function browser() {
  const records = new Map<string, KeptDraft>();
  const files = new Map<string, File>();
  const listeners = new Map<DraftStorage, (place: string) => void>();
  const state = { blocked: false, writes: 0, fileWrites: 0 };
  const tab = () => {
    const check = () => {
      if (state.blocked) throw new Error("QuotaExceededError");
    };
    const storage: DraftStorage = {
      async records() {
        check();
        return new Map(records);
      },
      async files(place, ids) {
        check();
        return ids.map((id) => files.get(`${place} ${id}`));
      },
      async keep(place, record, { added, gone }) {
        check();
        if (record) records.set(place, structuredClone(record));
        else records.delete(place);
        for (const [id, file] of added) files.set(`${place} ${id}`, file);
        for (const id of gone) files.delete(`${place} ${id}`);
        state.writes += 1;
        state.fileWrites += added.size;
      },
      async forget(operatorId) {
        for (const all of [records, files]) {
          for (const key of all.keys()) if (key.startsWith(`${operatorId} `)) all.delete(key);
        }
      },
      tell: (place) => {
        for (const [other, run] of listeners) if (other !== storage) run(place);
      },
      listen: (run) => void listeners.set(storage, run),
    };
    const changed = vi.fn();
    const shown = new Map<string, Draft>();
    const keeper = new KeptDrafts(shown, storage, changed);
    const of = (place: string) => shown.get(place) ?? { files: [], forms: {} };
    const change = (place: string, changes: Partial<Draft>) => {
      shown.set(place, { ...of(place), ...changes });
      keeper.changed(place);
    };
    return { changed, drafts: Object.assign(keeper, { of, change }) };
  };
  /** A tab that has opened the conversation. */
  const opened = async (place = here) => {
    const made = tab();
    made.drafts.load(place);
    await made.drafts.settled();
    return made;
  };
  return { records, files, state, tab, opened };
}

const file = (name: string, size = 3) => {
  const made = new File(["abc"], name);
  return size === 3 ? made : Object.defineProperty(made, "size", { value: size });
};
const picked = (name: string, size?: number): Picked => ({ id: name, file: file(name, size), kind: "document" });
const location = { latitude: "1", longitude: "2", name: "", address: "" };
const template = (picture?: File) =>
  ({ template: { id: "t1" }, header: [], body: ["Ana"], buttons: {}, file: picture }) as unknown as TemplateDraft;
const names = ({ drafts }: { drafts: { of: (place: string) => Draft } }, place = here) =>
  drafts.of(place).files.map(({ id }) => id);

let one: ReturnType<typeof browser>;
beforeEach(() => {
  one = browser();
});

describe("KeptDrafts", () => {
  test("files and forms are there after a reload, in their order, and in no other place", async () => {
    const { drafts } = await one.opened();
    const picture = file("foto.png");
    drafts.change(here, { files: [picked("b.pdf"), picked("a.pdf")] });
    drafts.change(here, { forms: { location, template: template(picture) } });
    await drafts.settled();
    expect(drafts.unkept).toBe(false);
    const next = await one.opened();
    expect(next.changed).toHaveBeenCalled();
    expect(names(next)).toEqual(["b.pdf", "a.pdf"]);
    expect(next.drafts.of(here).forms).toEqual({ location, template: template(picture) });
    expect(next.drafts.of(here).forms.template?.file).toBe(picture);
    for (const place of ["op_me cv_2", "op_other cv_1"]) {
      expect((await one.opened(place)).drafts.of(place)).toEqual({ files: [], forms: {} });
    }
  });

  test("what was sent or removed is not left in the storage", async () => {
    const { drafts } = await one.opened();
    drafts.change(here, { files: [picked("a.pdf"), picked("b.pdf")], forms: { template: template(file("foto.png")) } });
    await drafts.settled();
    expect(one.files.size).toBe(3);
    drafts.change(here, { files: [], forms: { template: undefined, location } });
    await drafts.settled();
    expect([...one.files.keys()]).toEqual([]);
    drafts.change(here, { forms: { location: undefined } });
    await drafts.settled();
    expect(one.records.size).toBe(0);
    expect(names(await one.opened())).toEqual([]);
  });

  test("typing in a form does not write its files again, and states in between are left out", async () => {
    const { drafts } = await one.opened();
    const picture = file("foto.png");
    for (const name of ["A", "An", "Ana"])
      drafts.change(here, { forms: { template: { ...template(picture), body: [name] } } });
    await drafts.settled();
    drafts.change(here, { forms: { template: { ...template(picture), body: ["Ana María"] } } });
    await drafts.settled();
    expect(one.state.fileWrites).toBe(1);
    expect((await one.opened()).drafts.of(here).forms.template?.body).toEqual(["Ana María"]);
  });

  test("nothing is written when there was nothing and there is nothing", async () => {
    const { drafts } = await one.opened();
    drafts.change(here, { files: [] });
    await drafts.settled();
    expect(one.state.writes).toBe(0);
    drafts.change(here, { files: [picked("a.pdf")] });
    await drafts.settled();
    drafts.change(here, { files: [] });
    await drafts.settled();
    drafts.change(here, { files: [] });
    await drafts.settled();
    expect(one.state.writes).toBe(2);
  });

  test("what is added before the storage answered joins what it had", async () => {
    const before = await one.opened();
    before.drafts.change(here, { files: [picked("a.pdf")], forms: { location } });
    await before.drafts.settled();
    const { drafts } = one.tab();
    drafts.change(here, { files: [picked("b.pdf")] });
    await drafts.settled();
    const next = await one.opened();
    expect(names(next)).toEqual(["a.pdf", "b.pdf"]);
    expect(next.drafts.of(here).forms).toEqual({ location });
  });

  test("files beyond the limit live as long as the page", async () => {
    const other = "op_me cv_2";
    const { drafts } = await one.opened(other);
    drafts.change(other, { files: [picked("big.mp4", KEPT_BYTES - 10)] });
    await drafts.settled();
    const page = await one.opened();
    page.drafts.change(here, { files: [picked("bigger.mp4", 11), picked("small.pdf", 10)] });
    await page.drafts.settled();
    expect(page.drafts.unkept).toBe(true);
    expect(names(page)).toEqual(["bigger.mp4", "small.pdf"]);
    expect(names(await one.opened())).toEqual(["small.pdf"]);
    page.drafts.change(here, { files: [] });
    await page.drafts.settled();
    expect(page.drafts.unkept).toBe(false);
  });

  test("without storage the page has them, and says that they would be lost", async () => {
    one.state.blocked = true;
    const page = await one.opened();
    page.drafts.change(here, { files: [picked("a.pdf")] });
    await page.drafts.settled();
    expect(names(page)).toEqual(["a.pdf"]);
    expect(page.drafts.unkept).toBe(true);
    one.state.blocked = false;
    page.drafts.change(here, { forms: { location } });
    await page.drafts.settled();
    expect(page.drafts.unkept).toBe(false);
    expect(names(await one.opened())).toEqual(["a.pdf"]);
  });

  test("another tab that shows the conversation follows: no file is sent twice", async () => {
    const [first, second] = [await one.opened(), await one.opened()];
    first.drafts.change(here, { files: [picked("a.pdf")] });
    await first.drafts.settled();
    await second.drafts.settled();
    expect(names(second)).toEqual(["a.pdf"]);
    second.drafts.change(here, { files: [] });
    await second.drafts.settled();
    await first.drafts.settled();
    expect(names(first)).toEqual([]);
    expect(first.changed).toHaveBeenCalled();
  });

  test("signing out removes what the storage has of the operator, and of no other", async () => {
    const others = "op_other cv_1";
    for (const place of [here, others]) {
      const { drafts } = await one.opened(place);
      drafts.change(place, { files: [picked("a.pdf")] });
      await drafts.settled();
    }
    const { drafts } = await one.opened();
    drafts.forget("op_me");
    await drafts.settled();
    expect([...one.records.keys(), ...one.files.keys()]).toEqual([others, `${others} a.pdf`]);
  });
});
