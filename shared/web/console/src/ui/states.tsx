import { Button, Center, Loader, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import { Link, useRouter } from "@tanstack/react-router";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { codeOf, useErrorText } from "./errors.ts";

export function Loading() {
  const { t } = useTranslation();
  return (
    <Center h="100%" mih={200} role="status" aria-label={t("state.loading")}>
      <Loader size="sm" />
    </Center>
  );
}

export function EmptyState(props: {
  icon: ComponentType<{ size?: number; stroke?: number }>;
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  const Icon = props.icon;
  return (
    <Center h="100%" p="xl">
      <Stack align="center" gap={6} maw={300} ta="center">
        <ThemeIcon size={48} radius="xl" variant="light" color="petrol" mb={6}>
          <Icon size={24} stroke={1.6} />
        </ThemeIcon>
        <Text fw={600}>{props.title}</Text>
        {props.text && (
          <Text size="sm" c="dimmed">
            {props.text}
          </Text>
        )}
        {props.children}
      </Stack>
    </Center>
  );
}

export function ErrorState(props: { error: unknown; onRetry: () => void; retrying?: boolean }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  // Retrying does not help when the resource does not exist.
  const hopeless = codeOf(props.error) === "not_found";
  return (
    <Center h="100%" p="xl" role="alert">
      <Stack align="center" gap="xs" maw={320} ta="center">
        <ThemeIcon size={48} radius="xl" variant="light" color="red">
          <IconAlertTriangle size={24} stroke={1.6} />
        </ThemeIcon>
        <Text fw={600}>{t("state.failed")}</Text>
        <Text size="sm" c="dimmed">
          {errorText(props.error)}
        </Text>
        {hopeless ? (
          <Link to="/inbox" style={{ color: "var(--rc-accent)" }}>
            {t("state.backToInbox")}
          </Link>
        ) : (
          <Button
            variant="light"
            size="xs"
            mt={4}
            leftSection={<IconRefresh size={15} />}
            loading={props.retrying}
            onClick={props.onRetry}
          >
            {t("action.retry")}
          </Button>
        )}
      </Stack>
    </Center>
  );
}

export function BootFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <Center h="100dvh">
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Center>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Center h="100dvh" component="main">
      <Stack align="center" gap="xs">
        <Title order={1} fz="md">
          {t("state.notFound")}
        </Title>
        <Link to="/inbox" style={{ color: "var(--rc-accent)" }}>
          {t("state.backToInbox")}
        </Link>
      </Stack>
    </Center>
  );
}
