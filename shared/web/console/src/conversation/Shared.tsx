/** Parts of a message beside text and files: location, contact card, referral, template mark. */
import type { Message } from "@recado/lib/protocol";
import { isBlank, withVisibleMarks } from "@recado/lib/text";
import { IconExternalLink, IconMapPin, IconSpeakerphone, IconTemplate, IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import choices from "./choices.module.css";
import classes from "./message.module.css";
import received from "./received.module.css";
import { useFirst } from "./whole.tsx";

/** A Google Maps URL, see developers.google.com/maps/documentation/urls. */
export const onMap = (latitude: number, longitude: number) =>
  `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(`${latitude},${longitude}`)}`;

export function Place({ location }: { location: NonNullable<Message["location"]> }) {
  const { t } = useTranslation();
  const { latitude, longitude, name, address } = location;
  return (
    <a className={classes.document} href={onMap(latitude, longitude)} target="_blank" rel="noopener noreferrer">
      <span className={classes.documentIcon}>
        <IconMapPin size={20} stroke={1.7} />
      </span>
      <span className={classes.documentLines}>
        <bdi className={classes.documentName}>{name || t("message.kind.location")}</bdi>
        <bdi className={classes.documentSize}>{address || `${latitude}, ${longitude}`}</bdi>
      </span>
      <IconExternalLink size={17} role="img" aria-label={t("message.openMap")} />
    </a>
  );
}

/** The most contact cards of a message that are shown at first. */
const CARDS = 5;

export function Cards({ cards }: { cards: Message["cards"] }) {
  const [shown, more] = useFirst(cards, CARDS);
  return (
    <>
      {shown.map((card, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two cards of one message may be equal
        <Card key={index} card={card} />
      ))}
      {more}
    </>
  );
}

const isSeen = (text: string) => !isBlank(text);

export function Card({ card }: { card: Message["cards"][number] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.document}>
      <span className={classes.documentIcon}>
        <IconUser size={20} stroke={1.7} />
      </span>
      <span className={classes.documentLines}>
        <bdi className={classes.documentName}>{card.name || t("contact.nameless")}</bdi>
        {card.company && <bdi className={classes.documentSize}>{card.company}</bdi>}
        {card.phones.filter(isSeen).map((phone, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two phones of a card may be equal
          <a key={index} className={classes.cardLink} href={`tel:${phone.replace(/[^\d+]/g, "")}`}>
            {phone}
          </a>
        ))}
        {card.emails.filter(isSeen).map((email, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two addresses of a card may be equal
          <a key={index} className={classes.cardLink} href={`mailto:${encodeURIComponent(email)}`}>
            {withVisibleMarks(email)}
          </a>
        ))}
      </span>
    </div>
  );
}

const cameKeys = { ad: "message.referral.ad", post: "message.referral.post" } as const;

/** The advertisement or post that the customer came from. A link when it has a URL. */
export function Referral({ referral }: { referral: NonNullable<Message["referral"]> }) {
  const { t } = useTranslation();
  const { url, headline, body, source, clickId } = referral;
  const lines = (
    <>
      <IconSpeakerphone size={16} stroke={1.7} />
      <span className={classes.documentLines}>
        <span className={classes.documentSize}>{t(cameKeys[source])}</span>
        {headline && <bdi className={classes.documentName}>{withVisibleMarks(headline)}</bdi>}
        {body && <bdi className={classes.referralBody}>{body}</bdi>}
        {clickId && <bdi className={received.clickId}>{t("message.referral.clickId", { id: clickId })}</bdi>}
      </span>
    </>
  );
  return url ? (
    <a className={classes.referral} href={url} target="_blank" rel="noopener noreferrer">
      {lines}
      <IconExternalLink size={15} />
    </a>
  ) : (
    <div className={classes.referral}>{lines}</div>
  );
}

export function TemplateMark({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <span className={choices.mark}>
      <IconTemplate size={13} aria-hidden="true" />
      {t("message.templateNamed", { name })}
    </span>
  );
}
