import { Button, Center, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../core/errors.ts";
import { fetchPart } from "./later.tsx";
import { ErrorState, Loading } from "./states.tsx";

/** Milliseconds between attempts to load a part. */
const AGAIN = 5_000;

export interface Part {
  (): ReactNode;
  /** Loads the part. Resolves also when that fails. */
  preload: () => Promise<void>;
}

/**
 * A component that is loaded on demand. Unlike `lazyRouteComponent`, which reloads the page when its code is missing, it
 * says so in its own place, and tries again.
 */
export function part(load: () => Promise<ComponentType>): Part {
  const source: Source = {
    async load() {
      source.Loaded ??= await fetchPart(load);
    },
  };
  return Object.assign(() => <Loadable source={source} />, { preload: () => source.load().catch(() => {}) });
}

interface Source {
  Loaded?: ComponentType;
  load: () => Promise<void>;
}

function Loadable({ source }: { source: Source }) {
  const [, setLoaded] = useState(source.Loaded !== undefined);
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<"loading" | "failed" | "retrying" | "replaced">("loading");
  const { Loaded } = source;
  const missing = !Loaded;
  useEffect(() => {
    if (!missing) return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    const again = () => setAttempt(attempt + 1);
    const run = async () => {
      setState((known) => (known === "failed" ? "retrying" : known));
      try {
        await source.load();
        if (!gone) setLoaded(true);
      } catch {
        const next = (await replaced()) ? "replaced" : "failed";
        if (gone) return;
        setState(next);
        timer = setTimeout(again, AGAIN);
      }
    };
    void run();
    window.addEventListener("online", again);
    return () => {
      gone = true;
      clearTimeout(timer);
      window.removeEventListener("online", again);
    };
  }, [attempt, missing, source]);
  if (Loaded) return <Loaded />;
  if (state === "loading") return <Loading />;
  if (state === "replaced") return <Updated />;
  return (
    <ErrorState
      error={new ApiError("offline")}
      onRetry={() => setAttempt((known) => known + 1)}
      retrying={state === "retrying"}
    />
  );
}

function Updated() {
  const { t } = useTranslation();
  return (
    <Center h="100%" p="xl" role="alert">
      <Stack align="center" gap="xs" maw={320} ta="center">
        <ThemeIcon size={48} radius="xl" variant="light" color="petrol">
          <IconRefresh size={24} stroke={1.6} />
        </ThemeIcon>
        <Text fw={600}>{t("state.updated")}</Text>
        <Text size="sm" c="dimmed">
          {t("state.updatedHint")}
        </Text>
        <Button size="xs" mt={4} onClick={() => location.reload()}>
          {t("action.reload")}
        </Button>
      </Stack>
    </Center>
  );
}

const scriptOf = (page: ParentNode) => page.querySelector("script[type=module]")?.getAttribute("src");

/** Whether the server has another version of the console than this page. */
async function replaced(): Promise<boolean> {
  try {
    const response = await fetch("/", { cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return response.ok && scriptOf(page) !== scriptOf(document);
  } catch {
    return false;
  }
}
