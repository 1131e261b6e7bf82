/** For tests: whether code that is loaded later is loaded together with the texts that it shows. */
import { dirname, join } from "node:path/posix";
import { type Import, importsOf, type Modules, type Node, visit } from "./imports.ts";

/** Functions whose first argument is a list of texts, loaded together with what the second imports. */
const loaders = new Set(["withTexts", "screen"]);
/** Texts that are there before anything else is. */
const COMMON = "ui";

/** What the texts of a name in a module are: the folders that they belong to. */
type Named = ReadonlyMap<string, readonly string[]>;

export interface Channels {
  /** The module whose importers show channels' own texts, and the folders of those. */
  setup: string;
  folders: readonly string[];
  /** The module that lists the descriptors: they name keys, but show none. */
  registry: string;
}

interface Later {
  entry: string;
  texts: readonly string[];
}

const folderOf = (path: string): string | undefined => /^(.+)\/texts\/index\.ts$/.exec(path)?.[1];

/** The texts that names of a module stand for: imported ones, and lists of them. */
function namedTexts(path: string, source: string, channels: Channels): Named {
  const named = new Map<string, readonly string[]>([["channelTexts", channels.folders]]);
  const lists: [string, Node][] = [];
  let folder: string | undefined;
  visit(source, path, (node) => {
    if (node.type === "ImportDeclaration") folder = folderOf(join(dirname(path), String(node.source?.value)));
    if (node.type === "ImportSpecifier" && folder && node.local?.name) named.set(node.local.name, [folder]);
    if (node.type === "VariableDeclarator" && node.id?.name && node.init?.type === "ArrayExpression") {
      lists.push([node.id.name, node.init]);
    }
  });
  for (const [name, list] of lists) named.set(name, textsIn(list, named));
  return named;
}

function textsIn(node: Node | undefined, named: Named): readonly string[] {
  if (node?.type === "ArrayExpression") return (node.elements ?? []).flatMap((one) => textsIn(one, named));
  if (node?.type === "SpreadElement") return textsIn(node.argument, named);
  return named.get(node?.name ?? "") ?? [];
}

/** The code that a module loads later, and the texts that it loads with it. */
function laterOf(path: string, source: string, channels: Channels): Later[] {
  const named = namedTexts(path, source, channels);
  const found: Later[] = [];
  visit(source, path, (node, around) => {
    const specifier = String(node.source?.value);
    if (node.type !== "ImportExpression" || !/^\..*\.tsx?$/.test(specifier)) return;
    const call = around.findLast(({ type, callee }) => type === "CallExpression" && loaders.has(callee?.name ?? ""));
    found.push({ entry: join(dirname(path), specifier), texts: textsIn(call?.arguments?.[0], named) });
  });
  return found;
}

/** Texts that are shown before they are loaded, each as a sentence. `folderOfKey`: key without plural ending → folder. */
export function textsMissing(
  modules: Modules,
  start: string,
  folderOfKey: ReadonlyMap<string, string>,
  channels: Channels,
  imports: readonly Import[] = importsOf(modules),
): string[] {
  const statics = new Map<string, string[]>();
  for (const { from, to, kind } of imports) {
    if (kind === "static") statics.set(from, [...(statics.get(from) ?? []), to]);
  }
  const together = (entry: string): string[] => {
    const found = new Set<string>();
    const add = (path: string): void => {
      if (found.has(path) || path === channels.registry || !modules.has(path)) return;
      found.add(path);
      for (const to of statics.get(path) ?? []) add(to);
    };
    add(entry);
    return [...found];
  };
  const used = (path: string): string[] => {
    if (path === channels.setup) return [...channels.folders];
    const literals = [...(modules.get(path) ?? "").matchAll(/"([\w.]+)"/g)].map(([, text = ""]) => text);
    return literals.flatMap((text) => folderOfKey.get(text) ?? []);
  };
  const missing = new Set<string>();
  const seen = new Set<string>();
  const check = (entry: string, present: readonly string[]): void => {
    const state = `${entry} ${[...new Set(present)].toSorted().join()}`;
    if (seen.has(state)) return;
    seen.add(state);
    for (const path of together(entry)) {
      for (const folder of used(path)) {
        if (!present.includes(folder)) missing.add(`${path} shows texts of ${folder}; ${entry} is loaded without them`);
      }
      const source = modules.get(path) ?? "";
      if (!source.includes("import(")) continue;
      for (const later of laterOf(path, source, channels)) check(later.entry, [...present, ...later.texts]);
    }
  };
  check(start, [COMMON]);
  // The channels' tabs are loaded by whoever shows the channels' settings, and those have all their texts.
  for (const folder of channels.folders) {
    for (const later of laterOf(`${folder}/index.ts`, modules.get(`${folder}/index.ts`) ?? "", channels)) {
      check(later.entry, [COMMON, ...channels.folders]);
    }
  }
  return [...missing];
}
