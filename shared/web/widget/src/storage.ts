/** Browser storage with a fallback to memory, for browsers that block storage. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
  keys(prefix: string): string[];
}

export function openStore(which: "localStorage" | "sessionStorage"): KeyValueStore {
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
        // The quota is exceeded: keep the value in memory.
        if (value !== null) memory.set(key, value);
      }
    },
    keys: (prefix) =>
      [...new Set([...memory.keys(), ...Object.keys(storage ?? {})])].filter((key) => key.startsWith(prefix)),
  };
}
