import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { assertNoErrors, launch, logIn, openPage, server } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
afterEach(() => browser.closePages());
after(() => browser.close());

test("a wrong password is told as such, and the right one leads to where one was going", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces?state=STOPPED`);
  await page.waitForURL(/\/login\?/);
  await page.getByLabel("Username").fill(server.username);
  await page.getByLabel("Password").fill("not the password at all");
  await page.getByRole("button", { name: "Log in" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /username or password is wrong/i);
  assert.equal(await page.getByLabel("Password").inputValue(), "");

  await page.getByLabel("Password").fill(server.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.url}/workspaces?state=STOPPED`);
  await page.getByRole("heading", { name: "WorkSpaces", level: 1 }).waitFor();
  assertNoErrors(errors, /status of 401/);
});

test("logging out ends the session, and a session that ended says so", async () => {
  await browser.context.clearCookies();
  const { page, errors } = await openPage(browser.context);
  await logIn(page, "/accounts");
  await page.getByRole("heading", { name: "Accounts", level: 1 }).waitFor();

  await browser.context.clearCookies();
  await page.getByRole("link", { name: "Users" }).click();
  await page.waitForURL(/\/login\?/);
  await page.getByText("Your session has ended").waitFor();
  await page.getByLabel("Username").fill(server.username);
  await page.getByLabel("Password").fill(server.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/users/);

  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goto(`${server.url}/accounts`);
  await page.waitForURL(/\/login/);
  assertNoErrors(errors, /status of 401/);
});
