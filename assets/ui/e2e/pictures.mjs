// Small pictures of pages, and how far two of them differ.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/** A difference in colour that nobody sees; fonts are drawn a little differently from one machine to the next. */
const COLOUR_TOLERANCE = 0.2;

/** What the window shows, as WebP, at a part of its size. */
export async function picture(page, { scale = 1, quality = 80 } = {}) {
  const { width, height } = page.viewportSize();
  const devtools = await page.context().newCDPSession(page);
  try {
    const clip = { x: 0, y: 0, width, height, scale };
    const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality, clip });
    return Buffer.from(data, "base64");
  } finally {
    await devtools.detach();
  }
}

/** The browser knows how to read what it wrote. `blank` is a page without a policy of its own. */
async function pixels(blank, webp) {
  const { width, height, text } = await blank.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/webp" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let out = "";
    for (let at = 0; at < data.length; at += 8192) out += String.fromCharCode(...data.subarray(at, at + 8192));
    return { width: image.width, height: image.height, text: btoa(out) };
  }, webp.toString("base64"));
  return { width, height, data: Buffer.from(text, "base64") };
}

/** The share of pixels that differ, 0 to 1, and a picture that marks them. */
export async function difference(blank, before, after) {
  if (before.equals(after)) return { share: 0 };
  const [one, other] = [await pixels(blank, before), await pixels(blank, after)];
  if (one.width !== other.width || one.height !== other.height) return { share: 1 };
  const marked = new PNG({ width: one.width, height: one.height });
  const count = pixelmatch(one.data, other.data, marked.data, one.width, one.height, { threshold: COLOUR_TOLERANCE });
  return { share: count / (one.width * one.height), marked: PNG.sync.write(marked) };
}

export async function save(path, bytes) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

export const open = (path) => readFile(path).catch(() => undefined);
