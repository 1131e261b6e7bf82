import type { Me, Permission } from "@recado/lib/protocol";
import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "./queries.ts";

/** The signed-in operator, loaded before the shell renders. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;

export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}
