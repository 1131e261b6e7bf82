/** Locations, contact cards, choices and quotes. */
import type { Choice, VisitorMessage } from "@recado/lib/protocol/visitor";
import { withVisibleMarks, withVisibleOverrides } from "@recado/lib/text";
import { useChat } from "./context.ts";
import { t } from "./i18n/index.ts";
import { Icon } from "./icons.tsx";

/** See developers.google.com/maps/documentation/urls. On a phone the link opens the maps app. */
const mapUrl = (latitude: number, longitude: number) =>
  `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(`${latitude},${longitude}`)}`;

export function Place({ location }: { location: NonNullable<VisitorMessage["location"]> }) {
  const { latitude, longitude, name, address } = location;
  return (
    <a class="card" href={mapUrl(latitude, longitude)} target="_blank" rel="noopener noreferrer">
      <Icon name="pin" />
      <span class="lines">
        <bdi class="strong">{name || t("message.place")}</bdi>
        <bdi class="small">{address || `${latitude}, ${longitude}`}</bdi>
      </span>
    </a>
  );
}

export function Card({ card }: { card: VisitorMessage["cards"][number] }) {
  return (
    <div class="card">
      <Icon name="card" />
      <span class="lines">
        <bdi class="strong">{card.name || t("message.card")}</bdi>
        {card.company && <bdi class="small">{card.company}</bdi>}
        {card.phones.map((phone) => (
          <a key={phone} href={`tel:${phone.replace(/[^\d+]/g, "")}`}>
            {phone}
          </a>
        ))}
        {card.emails.map((email) => (
          <a key={email} href={`mailto:${encodeURIComponent(email)}`}>
            {withVisibleMarks(email)}
          </a>
        ))}
      </span>
    </div>
  );
}

export function Choices({ message, used }: { message: VisitorMessage; used: boolean }) {
  const chat = useChat();
  const { interactive } = message;
  if (!interactive) return null;
  const button = (option: Choice) => (
    <button key={option.id} type="button" class="choice" disabled={used} onClick={() => chat.choose(message, option)}>
      <bdi>{option.title}</bdi>
      {option.description && <bdi class="small">{option.description}</bdi>}
    </button>
  );
  return (
    <>
      {interactive.footer && (
        <p class="small" dir="auto">
          {interactive.footer}
        </p>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and this is not one */}
      <div class="choices" role="group" aria-label={interactive.button || t("message.choices")}>
        {interactive.buttons.map(button)}
        {interactive.sections.map(({ title, rows }) => (
          <div class="choices">
            {title && <bdi class="small strong">{title}</bdi>}
            {rows.map(button)}
          </div>
        ))}
      </div>
    </>
  );
}

export const authorName = ({ direction, author }: VisitorMessage): string =>
  direction === "in" ? t("message.you") : author.kind === "operator" ? author.name : author.name || t("message.bot");

/** The quoted message; undefined if it is not loaded. */
export function Quote({ message }: { message: VisitorMessage | undefined }) {
  const words =
    message &&
    (message.revokedAt
      ? t("message.revoked")
      : withVisibleOverrides(message.text) || withVisibleMarks(message.attachments[0]?.name ?? ""));
  return (
    <blockquote class="quote">
      {message && <bdi class="strong">{authorName(message)}</bdi>}
      <span dir="auto">{words || t(message ? "message.file" : "message.earlier")}</span>
    </blockquote>
  );
}
