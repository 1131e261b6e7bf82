import "@mantine/core/styles/Alert.css";
import { Alert, Stack, Text, Title } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";

/** Layout of the pages before sign-in: title, lead, error, fields, footer. */
export function AuthForm(props: {
  title: string;
  lead?: string;
  error?: string;
  onSubmit?: (event: FormEvent<HTMLFormElement>) => void;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <form onSubmit={props.onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1} fz={26} style={{ letterSpacing: "-0.02em" }}>
            {props.title}
          </Title>
          {props.lead && (
            <Text c="dimmed" mt={6}>
              {props.lead}
            </Text>
          )}
        </div>
        {props.error && (
          <Alert color="red" variant="light" role="alert" py="xs">
            {props.error}
          </Alert>
        )}
        {props.children}
        {props.footer && (
          <Text size="sm" c="dimmed" ta="center" component="div" mt={4}>
            {props.footer}
          </Text>
        )}
      </Stack>
    </form>
  );
}
