import { message, type Upload, upload } from "@recado/lib/protocol";
import { ApiError, send } from "../api/client.ts";
import type { Transport } from "./outbox.ts";

/** fetch tells nothing about the way up, so the bytes go by XMLHttpRequest. */
function put(target: Upload, file: File, onProgress: (part: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiError("offline"));
    request.onload = () => {
      if (request.status < 300) resolve();
      else
        reject(new ApiError(request.status === 413 ? "too_large" : request.status >= 500 ? "unavailable" : "invalid"));
    };
    request.send(file);
  });
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

/** The browser leaves the type empty for what it does not know. */
const mimeOf = (file: File): string => file.type || "application/octet-stream";
