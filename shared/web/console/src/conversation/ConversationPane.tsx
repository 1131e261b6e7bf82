import { ActionIcon } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../api/me.ts";
import { conversationQuery } from "../api/queries.ts";
import { contactTexts } from "../contact/texts/index.ts";
import { withTexts } from "../core/texts.ts";
import { loadDraft } from "../live/drafts.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { Later } from "../ui/later.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";
import { ErrorState, Loading } from "../ui/states.tsx";
import { useConversationAction } from "./actions.ts";
import { AnsweringProvider } from "./answering.tsx";
import { Composer } from "./Composer.tsx";
import { ConversationHeader } from "./ConversationHeader.tsx";
import classes from "./conversation.module.css";
import { MessageList } from "./MessageList.tsx";
import { useResolve } from "./useResolve.tsx";

/** Loaded after the messages, which come first. */
const loadDetailsPane = async () =>
  (await withTexts([contactTexts], () => import("../contact/DetailsPane.tsx"))).DetailsPane;

const WIDE = "(min-width: 1280px)";

export function ConversationPane() {
  const { conversationId } = useParams({ from: "/shell/inbox/$conversationId" });
  // The key resets all state (draft, scroll position, open menus) with the conversation.
  return <Opened key={conversationId} id={conversationId} />;
}

function Opened({ id }: { id: string }) {
  const search = useSearch({ from: "/shell/inbox" });
  const navigate = useNavigate();
  const me = useMe().operator.id;
  const may = useMay();
  const { say } = useLive();
  const conversation = useQuery(conversationQuery(id));
  const action = useConversationAction(id);
  const resolving = useResolve(id);
  const [details, setDetails] = useState(() => matchMedia(WIDE).matches);
  const close = () => void navigate({ to: "/inbox", search });

  useEffect(() => loadDraft(me, id), [me, id]);
  useEffect(() => {
    say({ action: "view", conversationId: id });
    return () => say({ action: "view", conversationId: null });
  }, [id, say]);

  const back = () => {
    if (details && !matchMedia(WIDE).matches) setDetails(false);
    else close();
  };
  useShortcuts({
    Escape: back,
    e: () => {
      const status = conversation.data?.status;
      if (!status || status === "resolved" || resolving.isPending || !may("conversation.resolve")) return false;
      resolving.resolve();
    },
    o: () => {
      const status = conversation.data?.status;
      if (!status || status === "open" || action.isPending || !may("conversation.resolve")) return false;
      action.mutate({ verb: "reopen", body: {} });
    },
  });

  if (conversation.isPending) {
    return (
      <div className={classes.pane}>
        <Back onBack={close} />
        <Loading />
      </div>
    );
  }
  if (!conversation.data) {
    return (
      <div className={classes.pane}>
        <Back onBack={close} />
        <ErrorState
          error={conversation.error}
          onRetry={() => void conversation.refetch()}
          retrying={conversation.isFetching}
        />
      </div>
    );
  }
  return (
    <div className={classes.layout} data-details={details || undefined}>
      <section className={classes.pane}>
        <ConversationHeader
          conversation={conversation.data}
          detailsOpen={details}
          onDetails={() => setDetails((shown) => !shown)}
          onBack={close}
        />
        <AnsweringProvider>
          <MessageList conversation={conversation.data} />
          <Composer conversation={conversation.data} />
        </AnsweringProvider>
      </section>
      {details && (
        <Later
          load={loadDetailsPane}
          props={{ conversation: conversation.data, onClose: () => setDetails(false) }}
          fallback={<aside className={classes.detailsLoading} />}
        />
      )}
    </div>
  );
}

/** The way back on phones, while the conversation is loading or failed to load. */
function Back({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.backBar}>
      <ActionIcon size="lg" aria-label={t("conversation.back")} onClick={onBack}>
        <IconArrowLeft size={20} />
      </ActionIcon>
    </div>
  );
}
