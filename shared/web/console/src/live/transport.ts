import { putFile } from "@recado/lib/files";
import { message, type Upload, upload } from "@recado/lib/protocol";
import { send } from "../api/client.ts";
import { ApiError } from "../core/errors.ts";
import type { Transport } from "./outbox.ts";
import { smallPicture } from "./picture.ts";

async function put(target: Upload, file: File, onProgress: (part: number) => void): Promise<void> {
  const status = await putFile(target, file, onProgress);
  if (status === 0) throw new ApiError("offline");
  if (status >= 300) throw new ApiError(status === 413 ? "too_large" : status >= 500 ? "unavailable" : "invalid");
}

export const transport: Transport = {
  async upload(conversationId, file, onProgress) {
    const target = await send(
      "POST",
      "/uploads",
      { name: file.name, mime: mimeOf(file), size: file.size, conversationId },
      upload,
    );
    await put(target, file, onProgress);
    return target.id;
  },
  post: (conversationId, body) =>
    send("POST", `/conversations/${encodeURIComponent(conversationId)}/messages`, body, message),
};

/** Uploads a small picture of an operator and returns its upload id. */
export async function uploadPicture(photograph: File): Promise<string> {
  const file = await smallPicture(photograph);
  const target = await send(
    "POST",
    "/uploads",
    { name: file.name, mime: mimeOf(file), size: file.size, purpose: "picture" },
    upload,
  );
  await put(target, file, () => {});
  return target.id;
}

/** Browsers leave the type of unknown files empty. */
const mimeOf = (file: File): string => file.type || "application/octet-stream";
