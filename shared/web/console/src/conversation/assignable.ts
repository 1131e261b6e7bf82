import type { Operator } from "@recado/lib/protocol";

/** Active operators that match: available first, then fewest open conversations, then by name. */
export function assignable(operators: readonly Operator[], search: string): Operator[] {
  const wanted = search.trim().toLocaleLowerCase();
  const away = (operator: Operator) => (operator.availability === "available" ? 0 : 1);
  return operators
    .filter((operator) => operator.active && operator.role !== "readonly")
    .filter((operator) => operator.name.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => away(a) - away(b) || a.openConversations - b.openConversations || a.name.localeCompare(b.name));
}
