/** For tests: which module imports which, and which imports break the layers. Pure but for `modulesBelow`. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { parseAst } from "vite";

/** Source by path, relative to one root. */
export type Modules = ReadonlyMap<string, string>;

export interface Import {
  from: string;
  to: string;
  /** Type imports and module augmentations count as static: they couple two modules as well. */
  kind: "static" | "dynamic";
}

/** Folder → what it may import. A folder below a folder may have an entry of its own; `*` stands for any name. */
export interface Layer {
  /** Why these and no others. */
  why: string;
  /** Folders of the table; the own one is understood. */
  may: readonly string[];
}
export type Layers = Readonly<Record<string, Layer>>;

export const modulesBelow = (root: string): Modules =>
  new Map(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .toSorted()
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );

/** A node of the syntax tree, as far as it is looked at here. */
export interface Node {
  type?: string;
  name?: string;
  value?: unknown;
  source?: Node | null;
  id?: Node | null;
  init?: Node | null;
  callee?: Node;
  arguments?: Node[];
  argument?: Node;
  elements?: Node[];
  local?: Node;
}

/** Calls `see` for every node with those around it, the nearest last. */
export function visit(source: string, path: string, see: (node: Node, around: readonly Node[]) => void): void {
  const walk = (value: unknown, around: readonly Node[]): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, around);
    } else if (typeof value === "object" && value !== null) {
      see(value, around);
      for (const item of Object.values(value)) walk(item, [...around, value]);
    }
  };
  walk(parseAst(source, { lang: path.endsWith("x") ? "tsx" : "ts" }).body, []);
}

/** The modules that a source names, in whatever way. */
export function specifiersOf(source: string, path = "module.tsx"): { specifier: string; kind: Import["kind"] }[] {
  const found: { specifier: string; kind: Import["kind"] }[] = [];
  visit(source, path, (node) => {
    const named = node.type === "TSModuleDeclaration" ? node.id : node.source;
    if (/^(Import|Export|TSImport|TSModule)/.test(node.type ?? "") && typeof named?.value === "string") {
      found.push({ specifier: named.value, kind: node.type === "ImportExpression" ? "dynamic" : "static" });
    }
  });
  return found;
}

/** Every import of one module by another. Packages are left out; so are files that are no modules. */
export function importsOf(modules: Modules): Import[] {
  return [...modules].flatMap(([from, source]) =>
    specifiersOf(source, from)
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier, kind }) => ({ from, to: join(dirname(from), specifier), kind }))
      .filter(({ to }) => /\.tsx?$/.test(to)),
  );
}

/** The entry of the table for a module: the longest that fits its folder. */
export function layerOf(path: string, layers: Layers): string | undefined {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    const parts = folder.split("/");
    const fits = (entry: string) => {
      const wanted = entry.split("/");
      return wanted.length === parts.length && wanted.every((part, at) => part === "*" || part === parts[at]);
    };
    const entry = Object.keys(layers).find(fits);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** Modules and imports that the table does not permit, each as a sentence. */
export function wrongArrows(modules: Modules, layers: Layers, imports = importsOf(modules)): string[] {
  const unknown = [...modules.keys()]
    .filter((path) => layerOf(path, layers) === undefined)
    .map((path) => `${path} is in a folder that the table does not know: say there what it may import, and why`);
  const arrows = imports.flatMap(({ from, to }) => {
    if (!modules.has(to)) return [`${from} imports ${to}, which is outside: use a package of lib`];
    const [own, other] = [layerOf(from, layers), layerOf(to, layers)];
    if (own === undefined || other === undefined) return [];
    // Two folders that share an entry with a star may not import each other.
    const same = own === other && (!own.includes("*") || starred(from, own) === starred(to, own));
    const { may, why } = layers[own] ?? { may: [], why: "" };
    return same || (own !== other && may.includes(other)) ? [] : [`${from} imports ${to}, but ${own}: ${why}`];
  });
  return [...unknown, ...arrows];
}

const starred = (path: string, entry: string): string => path.split("/").slice(0, entry.split("/").length).join("/");

/** Circles of imports, each as the way from a module back to itself. */
export function circles(modules: Modules, imports = importsOf(modules)): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) {
      found.push([...trail.slice(at), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of modules.keys()) walk(path, []);
  return found;
}
