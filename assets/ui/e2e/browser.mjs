// What the browser tests share: the server under test from the environment, a browser, pages that
// remember everything that went wrong in them.
//
//   STOCKTAKE_URL, STOCKTAKE_USERNAME, STOCKTAKE_PASSWORD   as `stocktake demo --json` prints them
//   STOCKTAKE_CHROMIUM                                      a browser elsewhere than usual
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const server = {
  url: needed("STOCKTAKE_URL").replace(/\/$/, ""),
  username: needed("STOCKTAKE_USERNAME"),
  password: needed("STOCKTAKE_PASSWORD"),
};

/** Every wait of the tests ends by then. */
export const WAIT_MS = 15_000;
/** A sync of the demo takes seconds; a loaded machine gets more. */
export const SYNC_MS = 120_000;

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see e2e/browser.mjs`);
  return value;
}

export async function launch() {
  const executablePath = [process.env.STOCKTAKE_CHROMIUM, ...USUAL].find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium found; set STOCKTAKE_CHROMIUM");
  const profile = await mkdtemp(join(tmpdir(), "stocktake-e2e-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  context.setDefaultTimeout(WAIT_MS);
  return {
    context,
    /** After each test, also one that failed: a page left open would hold the event stream. */
    closePages: async () => {
      for (const page of context.pages()) await page.close();
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** A page that fails its test if the console or the page itself reports an error or a warning. */
export async function openPage(context, { width = 1440, height = 900, colorScheme = "light" } = {}) {
  const page = await context.newPage();
  await page.addInitScript(watchShifts);
  watchRequests(page);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  const errors = [];
  page.on("pageerror", (error) => errors.push(`page: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  return { page, errors };
}

/** Adds up how far what is shown moves without anyone's doing: the cumulative layout shift. */
function watchShifts() {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      if (shift.hadRecentInput) continue;
      const moved = shift.sources.map(({ node }) => (node instanceof Element ? node : node?.parentElement)?.outerHTML.slice(0, 120));
      window.shifts.push({ value: shift.value, moved });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

const QUIET_MS = 150;
const underWay = new WeakMap();

/** Counts the requests of a page that have no answer yet, the event stream aside. */
function watchRequests(page) {
  const open = new Set();
  underWay.set(page, open);
  page.on("request", (request) => request.resourceType() !== "eventsource" && open.add(request));
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
}

/** Until nothing was asked of the server for a moment. */
async function quiet(page) {
  const open = underWay.get(page);
  const end = Date.now() + WAIT_MS;
  for (let since = Date.now(); Date.now() - since < QUIET_MS; ) {
    if (open.size > 0) since = Date.now();
    if (Date.now() > end) throw new Error(`still not answered: ${[...open].map((one) => one.url()).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Until a page has everything it shows: answers, fonts, and no skeleton left. */
export async function ready(page) {
  await page.locator("main").first().waitFor();
  await quiet(page);
  await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"], [aria-busy="true"]'));
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** The browser logs every answer of 4xx; those a test asks for on purpose are no errors. */
export function assertNoErrors(errors, expected = /^$/) {
  assert.deepEqual(errors.filter((text) => !expected.test(text)), []);
}

export async function logIn(page, address = "/") {
  await page.goto(server.url + address);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.getByLabel("Username").fill(server.username);
  await page.getByLabel("Password").fill(server.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("navigation", { name: "Main" }).or(page.getByRole("button", { name: "Open the menu" })).first().waitFor();
}

/** The users in the shown rows of the WorkSpaces table, in order. */
export async function rowNames(page) {
  await settled(page);
  return page.getByRole("table", { name: "WorkSpaces" }).locator('td[data-column="user_name"] a').allTextContents();
}

/** Until the rows on show belong to the filters in the address. */
export async function settled(page) {
  await page.locator('table[aria-label="WorkSpaces"]').waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

/** `"1,204 WorkSpaces"` → 1204. */
export function number(text) {
  const found = /[\d,]+/.exec(text ?? "");
  assert.ok(found, `no number in ${JSON.stringify(text)}`);
  return Number(found[0].replaceAll(",", ""));
}

export async function total(page) {
  await settled(page);
  return number(await page.getByText(/^[\d,]+ WorkSpaces?$/).first().textContent());
}
