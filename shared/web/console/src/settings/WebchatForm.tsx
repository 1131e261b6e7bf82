import { Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type Channel, channel as shape } from "@recado/lib/protocol";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { filled } from "../auth/fields.ts";
import { useErrorText } from "../ui/errors.ts";
import classes from "./channel.module.css";
import { FormEnd, StoreField, useOnceKey, useSaved } from "./channelParts.tsx";
import { isColor, type OriginFault, originsOf, siteOf } from "./site.ts";

const faultKeys = {
  notAddress: "webchat.originInvalid",
  notSecure: "webchat.originNotSecure",
  path: "webchat.originPath",
} as const satisfies Record<OriginFault, string>;

// S0-30, S0-32
/** Makes a site, which then has a code of its own, or changes one. */
export function WebchatForm({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const { t } = useTranslation();
  const saved = useSaved();
  const onceKey = useOnceKey();
  const navigate = useNavigate();
  const colorId = useId();
  const errorText = useErrorText({ conflict: "settings.changedMeanwhile" });
  const site = siteOf({ settings: channel?.settings ?? {} });
  const form = useForm({
    initialValues: {
      name: channel?.name ?? "",
      storeId: channel?.storeId ?? "",
      ...site,
      origins: site.origins.join("\n"),
    },
    validate: {
      name: filled(t("field.required")),
      origins: (value) => {
        const verdict = originsOf(value);
        if ("origins" in verdict) return null;
        if (verdict.fault === "none") return t("field.required");
        const words = t(faultKeys[verdict.fault], { address: verdict.line });
        return verdict.suggestion ? t("webchat.originMeant", { fault: words, address: verdict.suggestion }) : words;
      },
      color: (value) => (isColor(value) ? null : t("webchat.colorInvalid")),
    },
  });
  const save = useMutation({
    mutationFn: ({ name, storeId, ...values }: typeof form.values) => {
      const verdict = originsOf(values.origins);
      const settings = {
        ...channel?.settings,
        origins: "origins" in verdict ? verdict.origins : [],
        title: values.title.trim(),
        greeting: values.greeting.trim(),
        color: values.color.toLowerCase(),
      };
      if (channel) {
        const body = { name: name.trim(), settings, version: channel.version };
        return send("PATCH", `/channels/${encodeURIComponent(channel.id)}`, body, shape);
      }
      const body = { type: "webchat", name: name.trim(), ...(storeId && { storeId }), settings };
      return send("POST", "/channels", body, shape, onceKey(body));
    },
    onSuccess: (made) => {
      saved();
      onClose();
      if (channel) return;
      void navigate({
        to: "/settings/channels/$channelId",
        params: { channelId: made.id },
        search: { tab: "installation" },
      });
    },
  });
  const color = form.getInputProps("color");
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        if (!save.isPending) save.mutate(values);
      })}
      noValidate
    >
      <Stack gap="sm">
        <TextInput
          label={t("field.name")}
          description={t("channels.nameHint")}
          dir="auto"
          data-autofocus
          {...form.getInputProps("name")}
        />
        {!channel && <StoreField {...form.getInputProps("storeId")} />}
        <Textarea
          label={t("webchat.origins")}
          description={t("webchat.originsHint")}
          placeholder="https://www.ejemplo.com"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          autosize
          minRows={2}
          maxRows={6}
          {...form.getInputProps("origins")}
        />
        <TextInput
          label={t("webchat.title")}
          description={t("webchat.titleHint")}
          dir="auto"
          maxLength={60}
          {...form.getInputProps("title")}
        />
        <Textarea
          label={t("webchat.greeting")}
          description={t("webchat.greetingHint")}
          dir="auto"
          maxLength={300}
          autosize
          minRows={2}
          maxRows={5}
          {...form.getInputProps("greeting")}
        />
        <div className={classes.color}>
          <TextInput
            id={colorId}
            label={t("webchat.color")}
            autoComplete="off"
            spellCheck={false}
            maxLength={7}
            {...color}
          />
          <input
            type="color"
            className={classes.swatch}
            aria-label={t("webchat.colorPick")}
            value={isColor(form.values.color) ? form.values.color : site.color}
            onChange={(event) => form.setFieldValue("color", event.currentTarget.value)}
          />
        </div>
        <FormEnd
          fault={save.isError ? errorText(save.error) : null}
          saving={save.isPending}
          verb={channel ? t("action.save") : t("webchat.create")}
          onClose={onClose}
        />
      </Stack>
    </form>
  );
}
