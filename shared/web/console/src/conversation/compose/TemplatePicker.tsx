import "@mantine/core/styles/Badge.css";
import { Badge, Button, Loader, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { Template } from "@recado/lib/protocol";
import { IconAlertTriangle, IconSearch, IconSearchOff, IconTemplate } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { templatesQuery } from "../../api/queries.ts";
import { channelOf } from "../../channels/index.ts";
import { setupOf } from "../../channels/setup.ts";
import { itemsOf } from "../../live/pages.ts";
import { blockReasonKeys, categoryKeys, languageName, statusColors, statusKeys } from "../../templates/words.ts";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import compose from "./compose.module.css";
import classes from "./picker.module.css";
import { blockReasonOf, filled } from "./templates.ts";
import { useGaps } from "./useGaps.ts";

// B-12
/** What can be sent first. The server searches and paginates: an account may have thousands of templates. */
export function TemplatePicker(props: {
  channelId: string;
  channelType: string;
  optedOut: boolean;
  onPick: (template: Template) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 300);
  const sendable = useInfiniteQuery(templatesQuery(props.channelId, { q, status: "approved" }));
  // Those that cannot be sent follow, once all that can be sent are shown.
  const others = useInfiniteQuery({
    ...templatesQuery(props.channelId, { q }),
    enabled: sendable.isSuccess && !sendable.hasNextPage,
  });
  const approved = itemsOf(sendable.data);
  const templates = [
    ...approved.filter((template) => blockReasonOf(template) === null),
    ...approved.filter((template) => blockReasonOf(template) !== null),
    ...itemsOf(others.data).filter(({ status }) => status !== "approved"),
  ];
  const list = sendable.isSuccess && !sendable.hasNextPage ? others : sendable;
  const none = setupOf(props.channelType).templates?.none;
  return (
    <div className={classes.picker}>
      <TextInput
        type="search"
        aria-label={t("template.search")}
        placeholder={t("template.search")}
        data-autofocus
        leftSection={<IconSearch size={17} />}
        rightSection={list.isFetching && !list.isPending ? <Loader size="xs" /> : null}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.pickerList}>
        {list.isPending && templates.length === 0 && (
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
            icon={q ? IconSearchOff : IconTemplate}
            title={q ? t("inbox.noMatch") : t("template.none")}
            text={q ? t("inbox.noMatchHint") : none && t(none)}
          />
        )}
        {templates.length > 0 && (
          <ul className={classes.templates} aria-label={t("template.list")}>
            {templates.map((template) => (
              <li key={template.id}>
                <Choice
                  template={template}
                  channel={channelOf(props.channelType).name}
                  optedOut={props.optedOut}
                  onPick={() => props.onPick(template)}
                />
              </li>
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <Button
            fullWidth
            variant="subtle"
            my="xs"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t("action.more")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Choice(props: { template: Template; channel: string; optedOut: boolean; onPick: () => void }) {
  const { t, i18n } = useTranslation();
  const { template, channel, optedOut, onPick } = props;
  const blockReason = blockReasonOf(template);
  const why = blockReason && t(blockReasonKeys[blockReason], { channel });
  return (
    <button type="button" className={classes.template} disabled={blockReason !== null} onClick={onPick}>
      <span className={classes.templateHead}>
        <bdi className={classes.templateName}>{template.name}</bdi>
        {template.status !== "approved" && (
          <Badge size="sm" variant="light" tt="none" color={statusColors[template.status]}>
            {t(statusKeys[template.status])}
          </Badge>
        )}
      </span>
      <span className={classes.templateText} dir="auto">
        {filled(template.body.text, [], useGaps(template).body).map(({ text, gap }, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
          gap ? <mark key={index}>{text}</mark> : text,
        )}
      </span>
      <span className={compose.quiet}>
        {languageName(template.language, i18n.language)} · {t(categoryKeys[template.category])}
      </span>
      {why && (
        <span className={classes.templateWhy} dir="auto">
          {template.reason ? t("template.becauseOf", { why, reason: template.reason }) : why}
        </span>
      )}
      {!blockReason && optedOut && template.category === "marketing" && (
        <span className={classes.templateWarning}>
          <IconAlertTriangle size={14} aria-hidden="true" />
          {t("template.optedOutShort")}
        </span>
      )}
    </button>
  );
}
