import { ApiError } from "../core/errors.ts";

/** The longer side of an operator's picture, in pixels: it is shown at 64, on screens of up to three times that. */
const SIDE = 512;

/**
 * Makes a small picture of a photograph, upright and without what else is in the file, such as the place where it was taken. What
 * the browser cannot decode is invalid.
 */
export async function smallPicture(file: File): Promise<File> {
  const whole = await createImageBitmap(file).catch(() => {
    throw new ApiError("invalid");
  });
  const scale = Math.min(1, SIDE / Math.max(whole.width, whole.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(whole.width * scale));
  canvas.height = Math.max(1, Math.round(whole.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new ApiError("internal");
  context.imageSmoothingQuality = "high";
  context.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  // Browsers that do not write WebP make a PNG.
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/webp", 0.85));
  if (!blob) throw new ApiError("internal");
  return new File([blob], `picture.${blob.type.split("/")[1]}`, { type: blob.type });
}
