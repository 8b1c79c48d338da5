// The first start of a server nobody has set up, through the link it printed.
//
//   STOCKTAKE_SETUP_LINK   as `stocktake serve` prints it
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { assertNoErrors, launch, openPage } from "./browser.mjs";

const link = process.env.STOCKTAKE_SETUP_LINK;
if (!link) throw new Error("STOCKTAKE_SETUP_LINK is not set; scripts/browser-tests sets it");
const origin = new URL(link).origin;

let browser;
before(async () => {
  browser = await launch();
});
afterEach(() => browser.closePages());
after(() => browser.close());

async function fill(page, again) {
  await page.getByLabel("Username").fill("technician");
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.getByLabel("Password again").fill(again);
  await page.getByRole("button", { name: "Create the account" }).click();
}

test("without its link the set-up page says how to get one", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${origin}/workspaces`);
  await page.waitForURL(/\/setup/);
  await page.getByText("stocktake setup-link").waitFor();
  assertNoErrors(errors, /status of 401/);
});

test("the link makes the first admin, once, and leads to an empty dashboard that says what to do", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(link);
  await fill(page, "another password");
  await page.getByText("The two passwords differ").waitFor();
  await fill(page, "a long enough password");
  await page.getByRole("heading", { name: "Dashboard", level: 1 }).waitFor();
  await page.getByRole("link", { name: /add .*account/i }).first().waitFor();
  assertNoErrors(errors);

  await browser.context.clearCookies();
  const { page: second } = await openPage(browser.context);
  await second.goto(link);
  await second.getByRole("heading", { name: "Already set up" }).waitFor();
  assert.equal(await second.getByLabel("Username").count(), 0);
});
