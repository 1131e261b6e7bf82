/** For tests: the interface texts as files, and all of one language as the console has them once everything is loaded. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Language } from "@recado/lib/protocol";
import type { Catalogue } from "../src/core/texts.ts";

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** Folders below `src` that have texts. */
export const textFolders: readonly string[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("/texts/en.json"))
  .map((path) => path.replace("/texts/en.json", ""))
  .toSorted();

export const textsOf = (folder: string, language: Language): Record<string, string> =>
  JSON.parse(readFileSync(`${root}${folder}/texts/${language}.json`, "utf8"));

export const catalogueOf = (language: Language): Catalogue =>
  Object.assign({}, ...textFolders.map((folder) => textsOf(folder, language)));
