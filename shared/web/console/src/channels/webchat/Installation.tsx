import { Button, Loader, NativeSelect } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { IconCheck, IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { channelsQuery } from "../../api/queries.ts";
import { Copyable } from "../../ui/Copyable.tsx";
import classes from "./installation.module.css";
import { previewPath, siteOf, snippetOf } from "./site.ts";

// S0-30, S0-31
/** The steps that put the chat on a site. */
export function Installation({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const { origins, color } = siteOf(channel);
  const snippet = snippetOf(location.origin, channel.externalId, color);
  const subject = t("webchat.mailSubject", { site: channel.name });
  const mail = t("webchat.mailBody", { tag: "</body>", snippet });
  return (
    <>
      <div className={classes.preview}>
        <div>
          <h2>{t("webchat.previewNow")}</h2>
          <p>{t("webchat.previewNowHint")}</p>
        </div>
        <Button
          component="a"
          href={previewPath(channel)}
          target="_blank"
          rel="noopener"
          rightSection={<IconExternalLink size={15} />}
        >
          {t("webchat.tryIt")}
        </Button>
      </div>
      <ol className={classes.steps}>
        <SiteStep channel={channel} />
        <li>
          <h2>{t("webchat.step.copy")}</h2>
          <Copyable key={channel.id} label={t("webchat.snippet")} value={snippet} action={t("webchat.copy")} rows={5} />
          <p className={classes.developer}>
            <a href={`mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(mail)}`}>
              {t("webchat.sendToDeveloper")}
            </a>
          </p>
        </li>
        <li>
          <h2>{t("webchat.step.paste")}</h2>
          <p>{t("webchat.step.pasteHint", { tag: "</body>" })}</p>
        </li>
        <li>
          <h2>{t("webchat.step.try")}</h2>
          <p>{t("webchat.step.tryHint")}</p>
          {origins.length > 0 && (
            <ul className={classes.origins}>
              {origins.map((origin) => (
                <li key={origin}>
                  <a href={origin} target="_blank" rel="noopener noreferrer">
                    {origin}
                  </a>
                </li>
              ))}
            </ul>
          )}
          <Works channel={channel} />
        </li>
      </ol>
    </>
  );
}

/** In milliseconds. Asked for while somebody waits for it: no frame tells the console of a channel's health. */
const CHECK_EVERY = 4_000;

// B-22
/** Turns green when a page of the site opened the chat. The preview does not count. */
function Works({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const works = channel.health.state === "ok";
  useQuery({ ...channelsQuery, refetchInterval: works ? false : CHECK_EVERY });
  return (
    <p className={classes.works} data-works={works || undefined} role="status">
      {works ? <IconCheck size={16} /> : <Loader size={14} />}
      {t(works ? "webchat.works" : "webchat.worksNot")}
    </p>
  );
}

// S0-32
/** Whose code is shown. With one site there is nothing to choose. */
function SiteStep({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const sites = (useQuery(channelsQuery).data ?? []).filter(({ type }) => type === "webchat");
  if (sites.length < 2) return null;
  return (
    <li>
      <h2>{t("webchat.step.choose")}</h2>
      <p>{t("webchat.step.chooseHint")}</p>
      <NativeSelect
        aria-label={t("webchat.step.choose")}
        maw={360}
        value={channel.id}
        data={sites.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(event) =>
          void navigate({
            to: "/settings/channels/$channelId",
            params: { channelId: event.currentTarget.value },
            search: { tab: "installation" },
          })
        }
      />
    </li>
  );
}
