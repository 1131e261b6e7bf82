/** Counts what the server sent and this page could not read: it is not shown, and the user is told that it is missing. */
const seen = new Set<string>();
const listeners = new Set<() => void>();

/** More are not told apart, so that the set stays small. */
const MOST = 1_000;

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** The same thing may come in a list and in a frame, again and again. */
function nameOf(value: unknown): string {
  for (const holder of [value, ...["message", "conversation", "event"].map((name) => field(value, name))]) {
    const id = field(holder, "id");
    if (typeof id === "string") return id;
  }
  return JSON.stringify(value)?.slice(0, 500) ?? "";
}

export const leftOut = {
  note(values: readonly unknown[]): void {
    const before = seen.size;
    for (const value of values) if (seen.size < MOST) seen.add(nameOf(value));
    if (seen.size !== before) for (const listener of listeners) listener();
  },
  count: (): number => seen.size,
  clear(): void {
    seen.clear();
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
