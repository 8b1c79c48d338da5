import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { assertNoErrors, launch, logIn, openPage, server } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
  const { page } = await openPage(browser.context);
  await logIn(page);
});
afterEach(() => browser.closePages());
after(() => browser.close());

const PAGES = ["/", "/ask", "/workspaces", "/accounts", "/accounts/new", "/sync", "/directories", "/bundles", "/users", "/settings", "/profile"];

test("no page scrolls sideways at 390 pixels", async () => {
  const { page, errors } = await openPage(browser.context, { width: 390, height: 844 });
  for (const address of PAGES) {
    await page.goto(server.url + address);
    await page.locator("h1").waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${address} is ${over} pixels too wide`);
  }
  await page.goto(`${server.url}/workspaces`);
  await page.getByRole("list", { name: "WorkSpaces" }).getByRole("link").first().click();
  await page.getByRole("heading", { name: "History" }).waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0);
  assertNoErrors(errors);
});

test("the drawer leads everywhere on a narrow window", async () => {
  const { page, errors } = await openPage(browser.context, { width: 390, height: 844 });
  await page.goto(server.url);
  await page.getByRole("button", { name: "Open the menu" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Accounts" }).click();
  await page.getByRole("heading", { name: "Accounts", level: 1 }).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
  assertNoErrors(errors);
});

test("dark follows the system, and the switch overrules it for good", async () => {
  const { page, errors } = await openPage(browser.context, { colorScheme: "dark" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const brightness = () =>
    page.evaluate(() => {
      const [red, green, blue] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number);
      return (red + green + blue) / 3;
    });
  await page.goto(server.url);
  await page.getByRole("button", { name: /^Your menu/ }).waitFor();
  assert.equal(await theme(), "dark");
  assert.ok((await brightness()) < 60);
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitemradio", { name: "Light" }).click();
  assert.equal(await theme(), "light");
  assert.ok((await brightness()) > 200);
  await page.reload();
  await page.getByRole("button", { name: /^Your menu/ }).waitFor();
  assert.equal(await theme(), "light");
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitemradio", { name: "As the system" }).click();
  assert.equal(await theme(), "dark");
  assertNoErrors(errors);
});

test("the keyboard alone goes from login over the table to a desktop", async () => {
  await browser.context.clearCookies();
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces`);
  await page.getByLabel("Username").waitFor();
  await page.keyboard.type(server.username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(server.password);
  await page.keyboard.press("Enter");
  await page.getByRole("table", { name: "WorkSpaces" }).waitFor();
  // Each row begins with a box to select it; the link is what opens.
  const inTable = () => page.evaluate(() => Boolean(document.activeElement?.closest("tbody a")));
  for (let pressed = 0; pressed < 80 && !(await inTable()); pressed += 1) await page.keyboard.press("Tab");
  assert.ok(await inTable(), "the table cannot be reached with the Tab key");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "what has the focus does not show it");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "History" }).waitFor();
  assertNoErrors(errors, /status of 401/);
});

test("tabs of one browser share one event stream", async () => {
  const { page: first, errors } = await openPage(browser.context);
  const { page: second } = await openPage(browser.context);
  let streams = 0;
  for (const page of [first, second]) {
    page.on("request", (request) => {
      if (request.resourceType() === "eventsource") streams += 1;
    });
  }
  await first.goto(server.url);
  await first.getByText("Live", { exact: true }).waitFor();
  await second.goto(server.url);
  await second.getByText("Live", { exact: true }).waitFor();
  assert.equal(streams, 1);
  await first.close();
  await second.getByText("Live", { exact: true }).waitFor();
  await second.waitForTimeout(500);
  assert.equal(streams, 2, "the other tab takes over");
  assertNoErrors(errors);
});
