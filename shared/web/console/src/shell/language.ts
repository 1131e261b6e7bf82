/** Changes the operator's language. */
import { type Language, type Me, me as meShape } from "@recado/lib/protocol";
import { type MutationOptions, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { setLanguage } from "../core/texts.ts";
import { useFailureNotice } from "../ui/errors.ts";

/**
 * The language changes at once, in the cached operator too: each navigation sets the language of that one. A failure puts the previous one
 * back. `show` changes the texts.
 */
export function languageChange(
  client: QueryClient,
  show: (language: Language) => void,
  onFailure: (error: unknown) => void,
): MutationOptions<Me, Error, Language, Language | undefined> {
  const me = () => client.getQueryData<Me>(meQuery.queryKey)?.operator;
  const put = (language: Language) => {
    client.setQueryData<Me>(
      meQuery.queryKey,
      (known) => known && { ...known, operator: { ...known.operator, language } },
    );
    show(language);
  };
  return {
    // One after the other, because each one needs the version that the one before made.
    scope: { id: "language" },
    mutationFn: (language) => send("PATCH", "/me", { language, version: me()?.version }, meShape),
    onMutate: async (language) => {
      // The answer to an earlier request would bring the old language back.
      await client.cancelQueries({ queryKey: meQuery.queryKey });
      const before = me()?.language;
      put(language);
      return before;
    },
    onSuccess: (next, language) => {
      client.setQueryData<Me>(meQuery.queryKey, (known) => {
        // Another one was chosen meanwhile.
        const chosen = known?.operator.language ?? language;
        return { ...next, operator: { ...next.operator, language: chosen } };
      });
    },
    onError: (error, language, before) => {
      if (before && me()?.language === language) put(before);
      onFailure(error);
    },
  };
}

export function useLanguageChange() {
  const client = useQueryClient();
  const failed = useFailureNotice();
  // Texts that cannot be loaded are loaded with the next navigation.
  const show = (language: Language) => void setLanguage(language).catch(() => {});
  return useMutation(languageChange(client, show, failed));
}
