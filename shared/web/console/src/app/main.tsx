import "@fontsource-variable/figtree/wght.css";
import "./mantine.css";
import "./styles.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onSignedOut } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { onSession } from "../api/session.ts";
import { startTexts } from "../core/texts.ts";
import { fetchPart } from "../ui/later.tsx";
import { commonTexts } from "../ui/texts/index.ts";
import { Notices } from "./Notices.tsx";
import { queryClient } from "./query.ts";
import { preloadSections, router } from "./router.tsx";
import { theme } from "./theme.ts";

const colorScheme = localStorageColorSchemeManager({ key: "recado.scheme" });

function leave(): void {
  queryClient.clear();
  const { pathname, href } = router.latestLocation;
  // Several requests may fail at once: the first one navigates to the sign-in page.
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { next: href } });
}

onSignedOut(leave);
onSession((operatorId) => {
  const { pathname, search } = router.latestLocation;
  if (operatorId === null) {
    if (queryClient.getQueryData(meQuery.queryKey)) leave();
  } else if (pathname === "/sign-in") router.history.push(search.next ?? "/inbox");
  // Another operator signed in: drop all data of the previous one.
  else if (queryClient.getQueryData(meQuery.queryKey)?.operator.id !== operatorId) location.reload();
});

const whenIdle = (run: () => void): void => {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 5_000 });
  else setTimeout(run, 1_000); // Safari has no such callback.
};

const stopWaiting = router.subscribe("onResolved", () => {
  if (!queryClient.getQueryData(meQuery.queryKey)) return;
  stopWaiting();
  whenIdle(() => {
    void preloadSections();
    if (import.meta.env.PROD) void keepFiles();
  });
});

/** Has the browser keep the console's files, for a reload without a server. */
async function keepFiles(): Promise<void> {
  try {
    await navigator.serviceWorker?.register("/worker.js");
    (await navigator.serviceWorker?.ready)?.active?.postMessage("refresh");
  } catch {
    // Blocked, as in some private windows: a reload then needs the server.
  }
}

/** `scheme.js` tells of what is missing, and reloads when the server answers. */
async function begin(): Promise<void> {
  try {
    await fetchPart(() => startTexts(commonTexts));
  } catch {
    window.dispatchEvent(new Event("recado:missing"));
    return;
  }
  start();
}

function start(): void {
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colorScheme}
        // Mantine's style sheet of default variables is not loaded, so all variables must be set.
        deduplicateCssVariables={false}
      >
        <QueryClientProvider client={queryClient}>
          <Notices />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

await begin();
