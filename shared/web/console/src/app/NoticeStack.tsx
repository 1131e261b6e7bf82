import "@mantine/core/styles/Notification.css";
import "@mantine/notifications/styles.css";
import { Notifications } from "@mantine/notifications";

/** Neither what somebody writes nor what they press next is covered. */
const ABOVE_COMPOSER = 112;

export function NoticeStack() {
  return <Notifications position="bottom-right" limit={3} style={{ insetBlockEnd: ABOVE_COMPOSER }} />;
}
