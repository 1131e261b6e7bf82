import { type ComponentType, type ReactNode, useEffect, useState } from "react";

const AGAIN = 3_000;

// A browser does not request a failed style sheet again unless its element is replaced.
window.addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLLinkElement) target.dataset.missing = "";
  },
  true,
);

/** Loads a part of the console. After a failure it may be called again. */
export function fetchPart<T>(load: () => Promise<T>): Promise<T> {
  for (const link of document.querySelectorAll<HTMLLinkElement>("link[data-missing]")) {
    const fresh = link.cloneNode() as HTMLLinkElement;
    delete fresh.dataset.missing;
    link.replaceWith(fresh);
  }
  return load();
}

/**
 * Renders a component whose code is loaded on demand. Unlike `React.lazy`, a failed load does not throw: the fallback
 * stays and the load is retried.
 */
export function Later<P extends object>(shown: {
  load: () => Promise<ComponentType<P>>;
  props: P;
  fallback?: ReactNode;
}) {
  const { load, props, fallback = null } = shown;
  const [Loaded, setLoaded] = useState<ComponentType<P> | null>(null);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    const attempt = async () => {
      try {
        const component = await fetchPart(load);
        if (!gone) setLoaded(() => component);
      } catch {
        if (!gone) timer = setTimeout(attempt, AGAIN);
      }
    };
    void attempt();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [load]);
  return Loaded ? <Loaded {...props} /> : fallback;
}
