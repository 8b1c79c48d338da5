// Every page looks as it did: pictures of a recorded day, light and dark, wide and narrow.
//
//   STOCKTAKE_UPDATE_SNAPSHOTS=1   records a new day and takes all pictures anew
//   STOCKTAKE_DIFFERENCES          a folder for the pictures that differ; a temporary one when left out
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findSamples, PAGES } from "./addresses.mjs";
import { launch, logIn, openPage, ready, server } from "./browser.mjs";
import { difference, open, picture, save } from "./pictures.mjs";
import { pack, record, replay, unpack } from "./recording.mjs";

const KEPT = fileURLToPath(new URL("./snapshots/", import.meta.url));
const RECORDING = join(KEPT, "answers.json.gz");
const DIFFERENCES = process.env.STOCKTAKE_DIFFERENCES ?? join(tmpdir(), "stocktake-differences");
const updating = process.env.STOCKTAKE_UPDATE_SNAPSHOTS === "1";
/** The share of pixels that may differ. */
const TOLERANCE = 0.005;
const SIZES = [
  { width: 1440, height: 1080, scale: 0.5 },
  { width: 390, height: 900, scale: 0.75 },
];

let browser;
let blank;
let recording;

before(async () => {
  browser = await launch();
  blank = await browser.context.newPage();
  if (updating) {
    recording = await recordAll();
    await rm(KEPT, { recursive: true, force: true });
    await save(RECORDING, pack(recording));
  } else {
    const bytes = await open(RECORDING);
    assert.ok(bytes, "there is no recording; run scripts/browser-tests BINARY --update-snapshots");
    recording = unpack(bytes);
  }
}, { timeout: 600_000 });
after(() => browser.close());

/** Visits every page of the live server, at both widths where answers differ by it. */
async function recordAll() {
  const { page } = await openPage(browser.context);
  await logIn(page);
  const samples = await findSamples(browser.context);
  await page.close();
  const at = Date.now();
  const pages = {};
  for (const { name, address, anonymous } of PAGES) {
    if (anonymous) await browser.context.clearCookies();
    const answers = {};
    const where = address(samples);
    for (const size of SIZES) {
      const { page: live } = await openPage(browser.context, size);
      await record(live, at, answers);
      await live.goto(server.url + where);
      await ready(live);
      await live.close();
    }
    pages[name] = { address: where, answers };
  }
  return { at, pages };
}

for (const { name } of PAGES) {
  test(`${name} looks as it did`, async () => {
    const kept = recording.pages[name];
    assert.ok(kept, "not in the recording; run scripts/browser-tests BINARY --update-snapshots");
    const wrong = [];
    for (const size of SIZES) {
      const { page } = await openPage(browser.context, size);
      const missing = [];
      await replay(page, recording.at, kept.answers, missing);
      await page.goto(server.url + kept.address);
      await ready(page);
      wrong.push(...missing.map((key) => `not recorded: ${key}`));
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const file = `${name}-${size.width}-${colorScheme}.webp`;
        const found = await compared(file, await picture(page, { scale: size.scale, quality: 70 }));
        if (found) wrong.push(found);
      }
      await page.close();
    }
    assert.deepEqual(wrong, []);
  });
}

async function compared(file, now) {
  const path = join(KEPT, file);
  if (updating) return save(path, now);
  const before = await open(path);
  if (before === undefined) return `${file} is missing`;
  const { share, marked } = await difference(blank, before, now);
  if (share <= TOLERANCE) return undefined;
  await save(join(DIFFERENCES, file), now);
  if (marked) await save(join(DIFFERENCES, file.replace(".webp", "-marked.png")), marked);
  return `${file}: ${(share * 100).toFixed(2)} % of the pixels differ; see ${DIFFERENCES}`;
}
