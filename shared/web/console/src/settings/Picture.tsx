import { Button, FileButton, Group, Text } from "@mantine/core";
import { type Me, me as meShape } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { useMe } from "../api/me.ts";
import { meQuery } from "../api/queries.ts";
import { uploadPicture } from "../live/transport.ts";
import { useErrorText } from "../ui/errors.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { uploadKey } from "./pictureUpload.ts";
import classes from "./settings.module.css";

const TYPES = "image/jpeg,image/png,image/webp,image/gif";

/** The operator's picture, shown to colleagues and to visitors of the web chat. */
export function Picture() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const errorText = useErrorText({ conflict: "settings.changedMeanwhile", invalid: "profile.pictureWrong" });
  const save = useMutation({
    mutationFn: async (file: File | null) =>
      send("PATCH", "/me", { picture: file && (await uploadPicture(file)), version: me.operator.version }, meShape),
    onSuccess: (next) => client.setQueryData<Me>(meQuery.queryKey, next),
    onError: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
    onSettled: () => client.invalidateQueries({ queryKey: ["operators"] }),
  });
  const waits = me.pictureUpload?.state === "pending";
  const pick = (file: File | null) => {
    if (file) save.mutate(file);
  };
  return (
    <section className={classes.card}>
      <h2>{t("profile.picture")}</h2>
      <p>{t("profile.pictureHint")}</p>
      <Group gap="md">
        <PersonAvatar id={me.operator.id} name={me.operator.name} picture={me.operator.picture} size={64} />
        <FileButton onChange={pick} accept={TYPES}>
          {(props) => (
            <Button {...props} variant="default" loading={save.isPending}>
              {t("profile.pictureChoose")}
            </Button>
          )}
        </FileButton>
        {me.operator.picture && (
          <Button variant="subtle" disabled={save.isPending} onClick={() => save.mutate(null)}>
            {t("profile.pictureRemove")}
          </Button>
        )}
      </Group>
      {me.pictureUpload && !save.isPending && !save.isError && (
        <Text size="sm" c={waits ? "dimmed" : "var(--rc-danger)"} role={waits ? "status" : "alert"} mt="xs">
          {t(uploadKey(me.pictureUpload))}
        </Text>
      )}
      {save.isError && (
        <Text size="sm" c="var(--rc-danger)" role="alert" mt="xs">
          {errorText(save.error)}
        </Text>
      )}
    </section>
  );
}
