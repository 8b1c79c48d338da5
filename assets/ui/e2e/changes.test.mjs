import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { assertNoErrors, launch, logIn, openPage, server, SYNC_MS } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
  const { page } = await openPage(browser.context);
  await logIn(page);
});
afterEach(() => browser.closePages());
after(() => browser.close());

const unique = String(Date.now());

test("an account is added, shows its templates, is tested, and is removed again", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/accounts`);
  await page.getByRole("link", { name: "Add account" }).click();
  const id = page.getByLabel("AWS account id");
  await id.fill("11112222333");
  await page.getByRole("button", { name: "Add account" }).click();
  await page.getByText("An AWS account id is 12 digits; this has 11").waitFor();
  assert.equal(await id.getAttribute("aria-invalid"), "true");

  const account = `9${unique.slice(-11)}`;
  await id.fill(account);
  await page.getByLabel("Name", { exact: false }).first().fill("Browser test");
  await page.getByRole("button", { name: "Add account" }).click();
  await page.getByText("AWSTemplateFormatVersion").waitFor();
  await page.getByRole("tab", { name: "Terraform" }).click();
  await page.getByText("aws_iam_role").first().waitFor();
  await page.getByRole("button", { name: "It is in place, test it" }).click();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByText(/tested|could not be run/).first().waitFor({ timeout: SYNC_MS });

  await page.goto(`${server.url}/accounts?q=${account}`);
  await page.getByRole("link", { name: "Browser test" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Remove the account" });
  assert.ok(await confirm.isDisabled());
  await dialog.getByRole("textbox").fill(account);
  await confirm.click();
  await page.waitForURL(/\/accounts(\?|$)/);
  await page.goto(`${server.url}/accounts?q=${account}`);
  await page.getByText("No account matches").waitFor();
  assertNoErrors(errors);
});

test("an account that is already there is refused at its field", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/accounts`);
  const known = await page.locator("tbody tr td:first-child span.font-mono").first().textContent();
  await page.goto(`${server.url}/accounts/new`);
  await page.getByLabel("AWS account id").fill(known);
  await page.getByRole("button", { name: "Add account" }).click();
  const alert = page.getByRole("alert").first();
  await alert.waitFor();
  assert.match(await alert.textContent(), /already/i);
  assertNoErrors(errors, /status of 409/);
});

test("Sync now runs a sync whose progress reaches its end", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/sync`);
  await page.getByRole("button", { name: "Sync now" }).first().click();
  await page.waitForURL(/\/sync\?run=/);
  const meter = page.getByRole("progressbar", { name: "Sync progress" });
  await meter.waitFor();
  await page.waitForFunction(
    () => {
      const bar = document.querySelector('[aria-label="Sync progress"]');
      const most = Number(bar?.getAttribute("aria-valuemax"));
      return most > 0 && Number(bar.getAttribute("aria-valuenow")) === most;
    },
    undefined,
    { timeout: SYNC_MS },
  );
  await page.getByText(/rows? in [\d.]+ (s|min)/).waitFor({ timeout: SYNC_MS });
  await page.getByRole("link", { name: "Every listing" }).click();
  await page.getByText(/\d+ of \d+ listings?/).first().waitFor();
  assertNoErrors(errors);
});

test("a user is added with a role, disabled, and removed", async () => {
  const { page, errors } = await openPage(browser.context);
  const username = `viewer-${unique}`;
  await page.goto(`${server.url}/users`);
  await page.getByRole("button", { name: "Add user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Username").fill(username);
  await dialog.getByLabel("First password").fill("short");
  await dialog.getByRole("button", { name: "Add user" }).click();
  await dialog.getByRole("alert").getByText("At least 12 characters").waitFor();
  await dialog.getByLabel("First password").fill(`a long enough ${unique}`);
  await dialog.getByRole("combobox", { name: /^Role in/ }).first().selectOption("operator");
  await dialog.getByRole("button", { name: "Add user" }).click();
  await dialog.waitFor({ state: "detached" });

  await page.goto(`${server.url}/users?q=${username}`);
  await page.getByText(/: Operator/).waitFor();
  await page.getByRole("link", { name: username }).click();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByText("This person cannot log in.").waitFor();
  await page.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("textbox").fill(username);
  await dialog.getByRole("button", { name: "Remove the user" }).click();
  await page.getByText(`${username} was removed`).waitFor();
  assertNoErrors(errors);
});
