import { readFileSync } from "node:fs";
import { type Language, me as meShape, parse } from "@recado/lib/protocol";
import { MutationObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { meQuery } from "../api/queries.ts";
import { languageChange } from "./language.ts";

const me = parse(meShape, readFileSync(new URL("../../../lib/protocol/testdata/me.json", import.meta.url), "utf8"));

interface Asked {
  language: Language;
  version: number;
  answer: (status?: number) => void;
}

let client: QueryClient;
let asked: Asked[];
let shown: Language[];
let failures: unknown[];

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(meQuery.queryKey, me);
  asked = [];
  shown = [];
  failures = [];
  vi.stubGlobal("fetch", (_: string, { body }: { body: string }) => {
    const { language, version } = JSON.parse(body);
    return new Promise<Response>((done) => {
      const answer = (status = 200) => {
        const next = { ...me, operator: { ...me.operator, language, version: version + 1 } };
        const refusal = { error: { code: "unavailable", message: "" } };
        done(new Response(JSON.stringify(status === 200 ? next : refusal), { status }));
      };
      asked.push({ language, version, answer });
    });
  });
});
afterEach(() => vi.unstubAllGlobals());

function choose(language: Language): Promise<unknown> {
  const options = languageChange(
    client,
    (next) => shown.push(next),
    (error) => failures.push(error),
  );
  return new MutationObserver(client, options).mutate(language).catch(() => {});
}
const cached = () => client.getQueryData(meQuery.queryKey)?.operator;

test("changed language is in the cached operator before the answer", async () => {
  const done = choose("pt");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  expect(cached()).toMatchObject({ language: "pt", version: me.operator.version });
  expect(shown).toEqual(["pt"]);
  asked[0]?.answer();
  await done;
  expect(cached()).toMatchObject({ language: "pt", version: me.operator.version + 1 });
  expect(failures).toEqual([]);
});

test("refused change puts the previous language back", async () => {
  const done = choose("pt");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer(503);
  await done;
  expect(cached()).toEqual(me.operator);
  expect(shown).toEqual(["pt", "es"]);
  expect(failures).toHaveLength(1);
});

test("two changes in a row: the last wins, with the version that the first made", async () => {
  const first = choose("pt");
  const second = choose("en");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer();
  await first;
  expect(cached()?.language).toBe("en");
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.answer();
  await second;
  expect(asked.map(({ language, version }) => [language, version])).toEqual([
    ["pt", me.operator.version],
    ["en", me.operator.version + 1],
  ]);
  expect(cached()).toMatchObject({ language: "en", version: me.operator.version + 2 });
  expect(shown).toEqual(["pt", "en"]);
});

test("an operator that was requested before the change does not bring the old language back", async () => {
  let late = () => {};
  const queryFn = ({ signal }: { signal: AbortSignal }) =>
    new Promise<typeof me>((done, fail) => {
      late = () => done(me);
      signal.addEventListener("abort", fail);
    });
  const fetching = client.fetchQuery({ ...meQuery, staleTime: 0, queryFn }).catch(() => {});
  const done = choose("pt");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  late();
  await fetching;
  expect(cached()?.language).toBe("pt");
  asked[0]?.answer();
  await done;
});
