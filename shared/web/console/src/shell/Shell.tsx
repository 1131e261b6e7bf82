import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { meQuery, operatorsQuery } from "../api/queries.ts";
import { alertOf } from "../live/alerts.ts";
import { LiveProvider } from "../live/LiveProvider.tsx";
import { contactName } from "../ui/contactName.ts";
import { Hints } from "../ui/Hints.tsx";
import { previewKeys } from "../ui/preview.ts";
import { Loading } from "../ui/states.tsx";
import { ChannelBanner } from "./ChannelBanner.tsx";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import { PaletteOpener } from "./PaletteOpener.tsx";
import { Rail } from "./Rail.tsx";
import { ShortcutHelp } from "./ShortcutHelp.tsx";
import classes from "./shell.module.css";
import { VerifyBanner } from "./VerifyBanner.tsx";

export function Shell() {
  return (
    <Suspense fallback={<Loading />}>
      <SignedIn />
    </Suspense>
  );
}

function SignedIn() {
  const { t } = useTranslation();
  const me = useMe();
  const router = useRouter();
  const client = useQueryClient();
  const open = (conversationId: string) =>
    void router.navigate({ to: "/inbox/$conversationId", params: { conversationId } });
  const pictureRead = (refused: boolean) => {
    void client.invalidateQueries({ queryKey: meQuery.queryKey });
    void client.invalidateQueries({ queryKey: operatorsQuery.queryKey });
    if (!refused) return;
    notifications.show({
      color: "red",
      message: t("notice.pictureRefused"),
      onClick: () => void router.navigate({ to: "/settings/profile" }),
    });
  };
  return (
    <LiveProvider
      key={me.operator.id}
      me={me}
      onNotice={(notice) => {
        if (notice.code === "picture_ready") pictureRead(false);
        if (notice.code === "picture_refused") pictureRead(true);
        if (notice.code !== "assigned") return;
        const id = notice.conversationId;
        notifications.show({ message: t("notice.assigned"), onClick: id ? () => open(id) : undefined });
        if (id) alertOf({ title: t("notice.assigned"), body: "", tag: id, onOpen: () => open(id) });
      }}
      onCall={({ conversationId, author, text, type }) =>
        alertOf({
          title: contactName(author.name, t),
          body: text || t(previewKeys[type]),
          tag: conversationId,
          onOpen: () => open(conversationId),
        })
      }
    >
      <div className={classes.shell}>
        <a className={classes.skip} href="#main">
          {t("shell.skip")}
        </a>
        <Rail />
        <div className={classes.body}>
          {!me.operator.emailVerified && <VerifyBanner />}
          <ChannelBanner />
          <ConnectionStatus />
          <main id="main" className={classes.main} tabIndex={-1} aria-label={t("shell.main")}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      <ShortcutHelp />
      <PaletteOpener />
      <Hints />
    </LiveProvider>
  );
}
