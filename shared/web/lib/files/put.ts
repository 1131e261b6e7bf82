import type { Upload } from "../protocol/index.ts";

/**
 * Puts the bytes where the server said and answers the status; 0 means that no answer came. fetch tells nothing about the
 * way up, so it is an XMLHttpRequest.
 */
export function putFile(target: Upload, file: Blob, onProgress: (part: number) => void): Promise<number> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onloadend = () => resolve(request.status);
    request.send(file);
  });
}
