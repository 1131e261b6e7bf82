import { type Availability, type Me, operator } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { useFailureNotice } from "../ui/errors.ts";

/** Sets whether the operator gets new conversations. */
export function useAvailabilityChange() {
  const client = useQueryClient();
  const failed = useFailureNotice();
  return useMutation({
    mutationFn: (status: Availability) => send("PUT", "/me/availability", { status }, operator),
    onSuccess: (next) => {
      client.setQueryData<Me>(
        meQuery.queryKey,
        (known) => known && { ...known, operator: { ...known.operator, ...next } },
      );
      void client.invalidateQueries({ queryKey: ["operators"] });
    },
    onError: failed,
  });
}
