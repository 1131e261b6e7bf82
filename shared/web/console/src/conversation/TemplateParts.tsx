/** A template's text and buttons, the same in its preview and in the message that was sent. */
import type { Message, Template } from "@recado/lib/protocol";
import { IconArrowBackUp, IconCopy, IconExternalLink, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import choices from "./choices.module.css";
import { type Style, type Styled, styled, type TemplateText } from "./compose/styled.ts";
import classes from "./message.module.css";
import { linked } from "./UserText.tsx";

const icons = {
  quick_reply: IconArrowBackUp,
  url: IconExternalLink,
  phone_number: IconPhone,
  copy_code: IconCopy,
  other: IconArrowBackUp,
} satisfies Record<Template["buttons"][number]["type"], unknown>;

const elements = { bold: "strong", italic: "em", strike: "s", code: "code" } as const satisfies Record<Style, string>;

export function StyledParts({ parts }: { parts: readonly Styled[] }) {
  return parts.map(({ text, style, gap }, index) => {
    const Element = gap ? "mark" : style ? elements[style] : "span";
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
    return <Element key={index}>{linked(text)}</Element>;
  });
}

/** The parts of a template's message, whose text is heading, body and footer. */
export function templateTextOf({ text, template }: Pick<Message, "text" | "template">): TemplateText {
  const { heading = "", footer = "", buttons = [] } = template ?? {};
  const from = heading && text.startsWith(`${heading}\n\n`) ? heading.length + 2 : 0;
  const until = footer && text.endsWith(`\n\n${footer}`) ? text.length - footer.length - 2 : text.length;
  const plain = (words: string) => styled([{ text: words, gap: false }]);
  return {
    heading: from > 0 ? plain(heading) : [],
    body: plain(text.slice(from, until)),
    footer: until < text.length ? footer : "",
    buttons,
  };
}

/** `stamp` is the text of the time that is shown over the end of the body, if nothing follows it. */
export function TemplateWords({ words, stamp }: { words: TemplateText; stamp?: string }) {
  const { t } = useTranslation();
  const { heading, body, footer, buttons } = words;
  const last = footer === "" && buttons.length === 0;
  return (
    <>
      {heading.length > 0 && (
        <p className={classes.heading} dir="auto">
          <StyledParts parts={heading} />
        </p>
      )}
      <p className={classes.text} dir="auto" data-stamp={last ? stamp : undefined}>
        <StyledParts parts={body} />
      </p>
      {footer && (
        <p className={choices.footer} dir="auto">
          {footer}
        </p>
      )}
      {buttons.length > 0 && (
        <ul className={choices.choices} aria-label={t("message.choices")}>
          {buttons.map(({ type, text }, index) => {
            const Icon = icons[type];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: buttons have no identity but their place
              <li key={index} className={choices.choice} dir="auto">
                <Icon size={15} aria-hidden="true" />
                {text}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
