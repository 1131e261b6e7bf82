import { Notification } from "@mantine/core";
import { hideNotification, type NotificationData, useNotifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./notices.module.css";

const SHOWN_FOR = 5_000;

/** Part of the first load: without a network it could not be loaded to say so. */
export function Notices() {
  const { notifications } = useNotifications();
  return (
    <div className={classes.notices}>
      {notifications.map((notice) => (
        <Notice key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function Notice({ notice }: { notice: NotificationData }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  const { id, message, color } = notice;
  const onOpen = notice.onClick as (() => void) | undefined;
  const hide = () => hideNotification(id ?? "");
  // Hover and focus stop the timer.
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => hideNotification(id ?? ""), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [held, id]);
  return (
    <Notification
      color={color}
      withBorder
      className={classes.notice}
      closeButtonProps={{ "aria-label": t("action.close") }}
      onClose={hide}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {onOpen ? (
        <button
          type="button"
          className={classes.action}
          onClick={() => {
            onOpen();
            hide();
          }}
        >
          {message}
        </button>
      ) : (
        message
      )}
    </Notification>
  );
}
