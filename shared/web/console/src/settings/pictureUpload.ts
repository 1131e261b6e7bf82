import type { PictureUpload } from "@recado/lib/protocol";
import type { Key } from "../core/texts.ts";

const refusals: Readonly<Partial<Record<string, Key>>> = {
  picture_too_large: "profile.pictureTooLarge",
  picture_unreadable: "profile.pictureUnreadable",
};

/** The text about an uploaded picture that is not shown: that it waits, or why it was refused. */
export const uploadKey = ({ state, reason }: PictureUpload): Key =>
  state === "pending" ? "profile.picturePending" : (refusals[reason ?? ""] ?? "profile.pictureUnreadable");
