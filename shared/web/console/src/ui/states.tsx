import { Button, Center, Loader, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconAlertTriangle, IconMapOff, IconRefresh } from "@tabler/icons-react";
import { Link, useRouter } from "@tanstack/react-router";
import { type ComponentType, type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../core/errors.ts";
import { reach } from "../core/reach.ts";
import { codeOf, useErrorText } from "./errors.ts";
import { Wordmark } from "./Wordmark.tsx";

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
      <Stack align="center" gap={6} maw={300} ta="center" style={{ textWrap: "balance" }}>
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
      <Stack align="center" gap="xs" maw={320} ta="center" style={{ textWrap: "balance" }}>
        <ThemeIcon size={48} radius="xl" variant="light" color="red">
          <IconAlertTriangle size={24} stroke={1.6} />
        </ThemeIcon>
        <Text fw={600}>{hopeless ? errorText(props.error) : t("state.failed")}</Text>
        <Text size="sm" c="dimmed">
          {hopeless ? t("state.missingHint") : errorText(props.error)}
        </Text>
        {hopeless ? (
          <Button renderRoot={(props) => <Link {...props} to="/inbox" />} size="xs" variant="light" mt={4}>
            {t("state.backToInbox")}
          </Button>
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

/** A section that could not be shown. The frame around it stays. */
export function SectionFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <ErrorState
      error={error}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

/** While the session is asked for. */
export function Starting() {
  const { t } = useTranslation();
  const slow = useSyncExternalStore(reach.subscribe, reach.state) === "slow";
  return (
    <Center h="100dvh" role="status">
      <Stack align="center" gap="sm">
        <Loader size="sm" aria-label={t("state.loading")} />
        <Text size="sm" c="dimmed" mih={22}>
          {slow && t("state.slow")}
        </Text>
      </Stack>
    </Center>
  );
}

/** Seconds before each attempt to start; the last one repeats. */
const WAITS = [1, 2, 4, 8, 15];

/** The page could not start. Without a server it goes on by itself: `probe` resolves when the server answers. */
export function BootFailed({
  error,
  reset,
  probe,
}: {
  error: unknown;
  reset: () => void;
  probe: () => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const router = useRouter();
  const [attempt, setAttempt] = useState(0);
  const [until, setUntil] = useState<number | null>(null);
  const passing = error instanceof ApiError && error.passing;
  useEffect(() => {
    if (!passing) return;
    const wait = (WAITS[Math.min(attempt, WAITS.length - 1)] ?? 0) * 1_000;
    setUntil(Date.now() + wait);
    let gone = false;
    const ask = async () => {
      clearTimeout(timer);
      setUntil(null);
      try {
        await probe();
      } catch (failure) {
        if (failure instanceof ApiError && failure.passing) {
          if (!gone) setAttempt((known) => known + 1);
          return;
        }
      }
      reset();
      void router.invalidate();
    };
    const timer = setTimeout(ask, wait);
    window.addEventListener("online", ask);
    window.addEventListener(retryNow, ask);
    return () => {
      gone = true;
      clearTimeout(timer);
      window.removeEventListener("online", ask);
      window.removeEventListener(retryNow, ask);
    };
  }, [attempt, passing, probe, reset, router]);
  if (!passing) {
    return (
      <Center h="100dvh">
        <SectionFailed error={error} reset={reset} />
      </Center>
    );
  }
  return (
    <Center h="100dvh" p="xl">
      <Stack component="main" align="center" gap="xs" maw={340} ta="center">
        <Wordmark />
        <Stack role="alert" gap={4} mt="md">
          <Title order={1} fz="lg">
            {t("state.unreachable")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("state.unreachableHint")}
          </Text>
        </Stack>
        <Text size="sm" aria-hidden="true">
          <Countdown until={until} />
        </Text>
        <Button
          variant="light"
          size="xs"
          loading={until === null}
          onClick={() => window.dispatchEvent(new Event(retryNow))}
        >
          {t("action.retryNow")}
        </Button>
      </Stack>
    </Center>
  );
}

const retryNow = "recado:retry-now";

/** How long until the next attempt, at `until` in milliseconds since 1970. */
export function Countdown({ until }: { until: number | null }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = until === null ? 0 : Math.ceil((until - now) / 1_000);
  return seconds > 0 ? t("state.retryIn", { seconds }) : t("state.retrying");
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Center h="100dvh" component="main">
      <Stack align="center" gap={6} maw={300} ta="center" style={{ textWrap: "balance" }}>
        <ThemeIcon size={48} radius="xl" variant="light" color="petrol" mb={6}>
          <IconMapOff size={24} stroke={1.6} />
        </ThemeIcon>
        <Title order={1} fz="md">
          {t("state.notFound")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("state.notFoundHint")}
        </Text>
        <Button renderRoot={(props) => <Link {...props} to="/inbox" />} size="xs" variant="light" mt="xs">
          {t("state.backToInbox")}
        </Button>
      </Stack>
    </Center>
  );
}
