import { Button } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { IconCheck, IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { capabilitiesQuery, channelsQuery, operatorsQuery } from "../api/queries.ts";
import { channelOf } from "../channels/index.ts";
import { connectable, setupOf } from "../channels/setup.ts";
import { Later } from "../ui/later.tsx";
import { finished, useHidden, useProgress } from "./progress.ts";
import classes from "./start.module.css";

/** What a new account does first. It cannot be hidden where it was asked for. */
export function Checklist({ hideable }: { hideable: boolean }) {
  const { t } = useTranslation();
  const me = useMe();
  const [, hide] = useHidden();
  const progress = useProgress();
  const channels = useQuery(channelsQuery).data ?? [];
  if (!progress) return null;
  const { connected, tried, invited } = progress;
  const steps = [connected, tried, invited];
  const next = steps.indexOf(false);
  const shown = channels.find(({ type }) => setupOf(type).preview);
  const panel = shown && setupOf(shown.type).preview?.panel;
  return (
    <div className={classes.scroll}>
      <div className={classes.page}>
        <div className={classes.column}>
          <header className={classes.head}>
            <h2>{t("start.hello", { name: me.operator.name.trim().split(/\s+/)[0] ?? "" })}</h2>
            <p>{t(next < 0 ? "start.done" : "start.lead")}</p>
            <p className={classes.progress}>
              {t("start.progress", { done: steps.filter(Boolean).length, all: steps.length })}
            </p>
          </header>
          <ol className={classes.steps}>
            <Step done={connected} current={next === 0} title={t("start.connect")}>
              {connected ? <Connected channels={channels} /> : <Connect />}
            </Step>
            <Step done={tried} current={next === 1} title={t("start.try")}>
              <Try tried={tried} />
            </Step>
            <Step done={invited} current={next === 2} title={t("start.invite")}>
              <Invite invited={invited} current={next === 2} />
            </Step>
          </ol>
          {!hideable && finished(progress) && (
            <Button mt="lg" renderRoot={(props) => <Link {...props} to="/inbox" />}>
              {t("state.backToInbox")}
            </Button>
          )}
          {hideable && !finished(progress) && (
            <footer className={classes.foot}>
              <Button variant="subtle" size="xs" onClick={hide}>
                {t("start.hide")}
              </Button>
              <span>{t("start.hideHint")}</span>
            </footer>
          )}
        </div>
        {shown && panel && (
          <aside className={classes.preview}>
            <h3>{t("start.previewTitle")}</h3>
            <Later load={panel} props={{ channel: shown }} />
          </aside>
        )}
      </div>
    </div>
  );
}

function Step(props: { done: boolean; current: boolean; title: string; children: ReactNode }) {
  const { t } = useTranslation();
  const { done, current, title, children } = props;
  return (
    <li className={classes.step} data-done={done || undefined} aria-current={current ? "step" : undefined}>
      <span className={classes.mark}>
        {done && <IconCheck size={16} role="img" aria-label={t("start.stepDone")} />}
      </span>
      <div>
        <h3>{title}</h3>
        {children}
      </div>
    </li>
  );
}

/** What is connected, and where something is left to do before customers can write. */
function Connected({ channels }: { channels: readonly Channel[] }) {
  const { t } = useTranslation();
  const missing = channels.filter(({ type, health }) => setupOf(type).connect?.nextTab && health.state === "waiting");
  const [first] = missing;
  const names = (of: readonly Channel[]) => of.map(({ name }) => name).join(", ");
  return (
    <>
      <p>{t("start.connected", { names: names(channels) })}</p>
      {first && (
        <p>
          {t("start.install", { names: names(missing) })}{" "}
          <Link
            to="/settings/channels/$channelId"
            params={{ channelId: first.id }}
            search={{ tab: setupOf(first.type).connect?.nextTab }}
          >
            {t("start.installAction")}
          </Link>
        </p>
      )}
    </>
  );
}

/** The channels that can be connected, each with a link to its form. */
function Connect() {
  const { t } = useTranslation();
  const able = useQuery(capabilitiesQuery).data;
  const offered = connectable.filter((type) => able?.some(({ channelType }) => channelType === type));
  return (
    <>
      <p>{t("start.connectHint")}</p>
      <div className={classes.actions}>
        {offered.map((type) => {
          const { icon: Icon, name } = channelOf(type);
          const choice = setupOf(type).connect?.choice;
          return (
            <Button
              key={type}
              variant="default"
              leftSection={<Icon size={18} />}
              renderRoot={(props) => <Link {...props} to="/settings/channels" search={{ connect: type }} />}
            >
              {choice ? t(choice) : name}
            </Button>
          );
        })}
      </div>
    </>
  );
}

function Try({ tried }: { tried: boolean }) {
  const { t } = useTranslation();
  const channels = useQuery(channelsQuery).data ?? [];
  const first = channels[0];
  if (tried) return <p>{t("start.tried")}</p>;
  if (!first) return <p>{t("start.tryFirst")}</p>;
  const links = channels.flatMap((channel) => {
    const link = setupOf(channel.type).tryIt?.(channel);
    return link ? [{ ...link, id: channel.id }] : [];
  });
  if (links.length === 0) return <p>{t("start.tryByHand", { name: first.name })}</p>;
  return (
    <>
      <p>{t("start.tryHint")}</p>
      <div className={classes.actions}>
        {links.slice(0, 3).map(({ id, href, label }, index) => (
          <Button
            key={id}
            component="a"
            href={href}
            target="_blank"
            rel="noopener"
            variant={index === 0 ? "filled" : "default"}
            rightSection={<IconExternalLink size={15} />}
          >
            {t(label)}
          </Button>
        ))}
      </div>
    </>
  );
}

function Invite({ invited, current }: { invited: boolean; current: boolean }) {
  const { t } = useTranslation();
  const active = (useQuery(operatorsQuery).data ?? []).filter((one) => one.active).length;
  if (invited) return <p>{t("start.invited", { count: active })}</p>;
  return (
    <>
      <p>{t("start.inviteHint")}</p>
      <div className={classes.actions}>
        <Button component={Link} to="/settings/operators" variant={current ? "filled" : "default"}>
          {t("start.inviteAction")}
        </Button>
      </div>
    </>
  );
}
