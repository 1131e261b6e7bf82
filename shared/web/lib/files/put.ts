import type { Upload } from "../protocol/index.ts";

/**
 * Uploads a file and resolves with the HTTP status, 0 if there was no response. 412 says that an earlier attempt arrived, and counts as 200. Uses XMLHttpRequest, because fetch has no
 * upload progress. `onProgress` gets a value from 0 to 1.
 */
export function putFile(target: Upload, file: Blob, onProgress: (part: number) => void): Promise<number> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onloadend = () => resolve(request.status === 412 ? 200 : request.status);
    request.send(file);
  });
}
