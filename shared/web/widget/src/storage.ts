/** What a browser keeps. Where the visitor has blocked storage everything works for the life of the page. */
export interface Keep {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
  keys(prefix: string): string[];
}

export function keepIn(which: "localStorage" | "sessionStorage"): Keep {
  const memory = new Map<string, string>();
  let storage: Storage | undefined;
  try {
    storage = window[which];
    storage.setItem("recado", "");
    storage.removeItem("recado");
  } catch {
    storage = undefined;
  }
  return {
    get: (key) => memory.get(key) ?? storage?.getItem(key) ?? null,
    set(key, value) {
      memory.delete(key);
      try {
        if (value === null) storage?.removeItem(key);
        else if (storage) storage.setItem(key, value);
        else memory.set(key, value);
      } catch {
        // It is full: this one lives as long as the page.
        if (value !== null) memory.set(key, value);
      }
    },
    keys: (prefix) =>
      [...new Set([...memory.keys(), ...Object.keys(storage ?? {})])].filter((key) => key.startsWith(prefix)),
  };
}
