import { Button, NativeSelect } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { channelsQuery } from "../../api/queries.ts";
import { copied } from "../../ui/clipboard.ts";
import classes from "./installation.module.css";
import { siteOf, snippetOf } from "./site.ts";

// S0-30, S0-31
/** The steps that put the chat on a site. */
export function Installation({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const { origins, color } = siteOf(channel);
  return (
    <ol className={classes.steps}>
      <SiteStep channel={channel} />
      <li>
        <h2>{t("webchat.step.copy")}</h2>
        <Snippet key={channel.id} code={snippetOf(location.origin, channel.externalId, color)} />
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
      </li>
    </ol>
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

type Copy = "not yet" | "done" | "refused";

function Snippet({ code }: { code: string }) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const [copy, setCopy] = useState<Copy>("not yet");
  const copyIt = async () => {
    setCopy((await copied(code, field.current)) ? "done" : "refused");
  };
  return (
    <div className={classes.snippet}>
      <textarea
        ref={field}
        className={classes.code}
        readOnly
        rows={5}
        dir="ltr"
        spellCheck={false}
        aria-label={t("webchat.snippet")}
        aria-describedby={hint}
        value={code}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        size="sm"
        leftSection={copy === "done" ? <IconCheck size={16} /> : <IconCopy size={16} />}
        onClick={() => void copyIt()}
      >
        {t("webchat.copy")}
      </Button>
      <span id={hint} role="status" className={classes.copyState} data-refused={copy === "refused" || undefined}>
        {copy === "done" && t("webchat.copied")}
        {copy === "refused" && t("webchat.copyRefused")}
      </span>
    </div>
  );
}
