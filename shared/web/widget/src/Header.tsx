import { Avatar } from "./Avatar.tsx";
import { useChat } from "./context.ts";
import { t } from "./i18n/index.ts";
import { IconButton } from "./icons.tsx";
import { recentOperators } from "./rows.ts";

export function Header({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const site = chat.session.current.value?.site;
  const title = site?.title ?? "";
  const people = recentOperators(chat.history.messages.value);
  const shown = people.length > 0 ? people : title ? [{ name: title, picture: null }] : [];
  return (
    <header class="header">
      <span class="people">
        {shown.map((person) => (
          <Avatar key={person.name} {...person} />
        ))}
      </span>
      <div class="lines">
        {title && <h1 dir="auto">{title}</h1>}
        {site && (
          <p class="small" dir="auto">
            {people.length > 0
              ? people.map(({ name }) => name).join(", ")
              : t(chat.away.value ? "header.away" : "header.here")}
          </p>
        )}
      </div>
      <IconButton name="close" label={t("action.close")} onClick={onClose} />
    </header>
  );
}
