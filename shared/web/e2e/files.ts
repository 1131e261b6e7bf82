/** Test files with the magic bytes of their type. */
import type { Page } from "playwright-core";
import type { Upload } from "./phone.ts";

function padded(head: string, size: number): Buffer {
  const content = Buffer.alloc(size, "recado ");
  content.write(head, "latin1");
  return content;
}

export const voice: Upload = {
  name: "voz.ogg",
  mimeType: "audio/ogg",
  buffer: padded(`OggS\0\x02${"\0".repeat(20)}\x01\x13OpusHead`, 3_000),
};
export const clip: Upload = {
  name: "clip.mp4",
  mimeType: "video/mp4",
  buffer: padded("\0\0\0\x18ftypmp42\0\0\0\0mp42isom", 50_000),
};
export const prices: Upload = {
  name: "Lista de precios.pdf",
  mimeType: "application/pdf",
  buffer: padded("%PDF-1.7\n", 20_000),
};

/** A valid PNG, drawn by the browser. */
export async function picture(page: Page): Promise<Upload> {
  const drawn = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
    const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
    const sky = pen.createLinearGradient(0, 0, 320, 200);
    sky.addColorStop(0, "#f6c177");
    sky.addColorStop(1, "#286983");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 320, 200);
    return canvas.toDataURL("image/png");
  });
  return { name: "foto.png", mimeType: "image/png", buffer: Buffer.from(drawn.split(",")[1] ?? "", "base64") };
}
