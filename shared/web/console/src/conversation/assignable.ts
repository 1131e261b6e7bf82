import type { Operator } from "@recado/lib/protocol";

/** As the server decides it: an owner has every store, and so have an admin and a supervisor without grants. */
const serves = ({ role, storeIds }: Operator, storeId: string): boolean =>
  role === "owner" ||
  storeIds.includes(storeId) ||
  (storeIds.length === 0 && (role === "admin" || role === "supervisor"));

/** Operators who may have a store's conversations and match: available first, then fewest open conversations, then by name. */
export function assignable(operators: readonly Operator[], storeId: string, search: string): Operator[] {
  const wanted = search.trim().toLocaleLowerCase();
  const away = (operator: Operator) => (operator.availability === "available" ? 0 : 1);
  return operators
    .filter((operator) => operator.active && operator.role !== "readonly" && serves(operator, storeId))
    .filter((operator) => operator.name.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => away(a) - away(b) || a.openConversations - b.openConversations || a.name.localeCompare(b.name));
}
