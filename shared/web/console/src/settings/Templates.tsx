import "@mantine/core/styles/Badge.css";
import { Badge, Button, Loader, NativeSelect, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type Channel, type Template, type TemplateStatus, templateStatuses } from "@recado/lib/protocol";
import { IconRefresh, IconSearch, IconSearchOff, IconTemplate } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { useMay } from "../api/me.ts";
import { templatesQuery } from "../api/queries.ts";
import { channelOf } from "../channels/index.ts";
import { setupOf } from "../channels/setup.ts";
import { itemsOf } from "../live/pages.ts";
import { categoryKeys, languageName, qualityKeys, statusColors, statusKeys } from "../templates/words.ts";
import { useErrorText } from "../ui/errors.ts";
import { useFormats, useNow } from "../ui/format.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import classes from "./channel.module.css";

/** A sync takes a while. The list is polled for READING milliseconds, every AGAIN milliseconds. */
const READING = 20_000;
const AGAIN = 3_000;

// B-12
export function Templates({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const may = useMay();
  const { templates: own, reasons } = setupOf(channel.type);
  const errorText = useErrorText({}, reasons);
  const [text, setText] = useState("");
  const [status, setStatus] = useState<TemplateStatus | null>(null);
  const [reading, setReading] = useState(false);
  const [q] = useDebouncedValue(text.trim(), 300);
  const list = useInfiniteQuery({
    ...templatesQuery(channel.id, { q, status }),
    refetchInterval: reading ? AGAIN : false,
  });
  const templates = itemsOf(list.data);
  const sync = useMutation({
    mutationFn: () => tell("POST", `/channels/${encodeURIComponent(channel.id)}/templates/sync`, {}),
    onSuccess: () => setReading(true),
  });
  useEffect(() => {
    if (!reading) return;
    const timer = setTimeout(() => setReading(false), READING);
    return () => clearTimeout(timer);
  }, [reading]);
  const busy = sync.isPending || reading;
  const filtered = q !== "" || status !== null;
  const none = own?.missing?.(channel) ?? own?.refresh;
  return (
    <>
      <div className={classes.templateTools}>
        <TextInput
          type="search"
          className={classes.templateSearch}
          aria-label={t("template.search")}
          placeholder={t("template.search")}
          leftSection={<IconSearch size={16} />}
          rightSection={list.isFetching && !list.isPending ? <Loader size="xs" /> : null}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={t("inbox.state.label")}
          value={status ?? ""}
          data={[
            { value: "", label: t("template.anyStatus") },
            ...templateStatuses.map((value) => ({ value, label: t(statusKeys[value]) })),
          ]}
          onChange={(event) => setStatus((event.currentTarget.value || null) as TemplateStatus | null)}
        />
        {may("channel.manage") && (
          <Button
            variant="default"
            leftSection={busy ? <Loader size={15} /> : <IconRefresh size={16} />}
            aria-disabled={busy}
            onClick={() => !busy && sync.mutate()}
          >
            {t("template.refresh")}
          </Button>
        )}
      </div>
      <div role="status">
        {reading && (
          <Text size="sm" c="dimmed" mb="sm">
            {t("template.refreshing", { channel: channelOf(channel.type).name })}
          </Text>
        )}
      </div>
      {sync.isError && (
        <Text size="sm" c="var(--rc-danger)" role="alert" mb="sm">
          {errorText(sync.error)}
        </Text>
      )}
      {list.isPending && (
        <Stack gap="xs" role="status" aria-label={t("state.loading")}>
          <Skeleton height={62} />
          <Skeleton height={62} />
          <Skeleton height={62} />
        </Stack>
      )}
      {list.isError && templates.length === 0 && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
      )}
      {list.isSuccess && templates.length === 0 && (
        <EmptyState
          icon={filtered ? IconSearchOff : IconTemplate}
          title={filtered ? t("inbox.noMatch") : t("template.none")}
          text={filtered ? t("inbox.noMatchHint") : none && t(none)}
        />
      )}
      {templates.length > 0 && (
        <ul className={classes.templates} aria-label={t("template.list")}>
          {templates.map((template) => (
            <Row key={template.id} template={template} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button
          fullWidth
          variant="subtle"
          my="sm"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t("action.more")}
        </Button>
      )}
    </>
  );
}

function Row({ template }: { template: Template }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const now = useNow(60_000);
  return (
    <li className={classes.template}>
      <div className={classes.templateLines}>
        <bdi className={classes.templateName}>{template.name}</bdi>
        <span className={classes.templateText} dir="auto">
          {template.body.text}
        </span>
        <span className={classes.templateMeta}>
          {languageName(template.language, i18n.language)} · {t(categoryKeys[template.category])} ·{" "}
          {t("template.updated", { time: formats.day(template.updatedAt, now) })}
        </span>
        {template.reason && (
          <span className={classes.templateReason} dir="auto">
            {t("template.reason", { reason: template.reason })}
          </span>
        )}
      </div>
      <div className={classes.templateSide}>
        <Badge variant="light" tt="none" color={statusColors[template.status]}>
          {t(statusKeys[template.status])}
        </Badge>
        <span className={classes.quality} data-quality={template.quality}>
          {t(qualityKeys[template.quality])}
        </span>
      </div>
    </li>
  );
}
