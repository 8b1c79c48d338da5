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

/** A page that fails its test if the console or the page itself reports an error. */
export async function openPage(context, { width = 1440, height = 900, colorScheme = "light" } = {}) {
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  const errors = [];
  page.on("pageerror", (error) => errors.push(`page: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy/i.test(message.text())) errors.push(message.text());
  });
  return { page, errors };
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
