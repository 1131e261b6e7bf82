import { putFile } from "@recado/lib/files";
import { visitorUpload } from "@recado/lib/protocol/visitor";
import { type Api, ApiError } from "./api.ts";
import type { Transport } from "./outbox.ts";
import type { Page } from "./session.ts";

export const transportOver = (api: Api, { url, title }: Page): Transport => ({
  async upload(file, onProgress) {
    const target = await api.post("/uploads", { name: file.name, mime: file.type, size: file.size }, visitorUpload);
    const status = await putFile(target, file, onProgress);
    if (status === 0) throw new ApiError("offline");
    // 403: the upload link has expired. The next attempt requests a new one.
    if (status === 403 || status >= 500) throw new ApiError("unavailable");
    if (status >= 300) throw new ApiError(status === 413 ? "too_large" : "invalid");
    return target.id;
  },
  post: (body) => api.send("/messages", { ...body, page: { url, title } }),
});
