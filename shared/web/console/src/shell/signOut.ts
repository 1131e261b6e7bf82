import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { tell } from "../api/client.ts";
import { useMe } from "../api/me.ts";
import { tellSession } from "../api/session.ts";
import { forgetDrafts, takeBack } from "../live/drafts.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { useFailureNotice } from "../ui/errors.ts";

/** Ends the session. Unsent messages become drafts; of those, the browser keeps only texts. */
export function useSignOut() {
  const me = useMe();
  const client = useQueryClient();
  const router = useRouter();
  const failed = useFailureNotice();
  const { outbox } = useLive();
  return useMutation({
    mutationFn: () => tell("POST", "/auth/sign-out", {}),
    onSuccess: async () => {
      takeBack(me.operator.id, await outbox.empty());
      void forgetDrafts(me.operator.id);
      client.clear();
      tellSession(null);
      void router.navigate({ to: "/sign-in" });
    },
    onError: failed,
  });
}
