import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { assertNoErrors, launch, logIn, number, openPage, rowNames, server, settled, total } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
  const { page } = await openPage(browser.context);
  await logIn(page);
});
afterEach(() => browser.closePages());
after(() => browser.close());

test("every count of the dashboard leads to that many rows", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(server.url);
  await page.getByText(/^Data as of/).first().waitFor();
  const links = page.locator('main a[href*="/workspaces?"]');
  const wanted = ["state=", "running_mode=", "account_id=", "bundle_id=", "never_connected=", "connection_state="];
  const found = await links.evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.textContent]));
  for (const filter of wanted) {
    const [href, text] = found.find(([href]) => href.includes(filter)) ?? assert.fail(`no link with ${filter}`);
    const count = number(/[\d,]+(?=\D*$)/.exec(text.replace(/nobody.*|somebody.*|unhealthy.*/, ""))?.[0]);
    await page.goto(server.url + href);
    if (count === 0) await page.getByText("No WorkSpace matches").waitFor();
    else assert.equal(await total(page), count, href);
  }
  assertNoErrors(errors);
});

test("filters and search stand in the address: a reload shows the same rows", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces`);
  const everything = await total(page);
  await page.getByRole("group", { name: "Filters" }).getByRole("button", { name: "State", exact: true }).click();
  const choice = page.getByRole("menuitemcheckbox", { name: /Stopped/ });
  const stopped = number(/[\d,]+$/.exec((await choice.textContent()).trim())?.[0]);
  await choice.click();
  await page.keyboard.press("Escape");
  await page.waitForURL(/state=STOPPED/);
  assert.equal(await total(page), stopped);
  assert.ok(stopped < everything);

  const name = (await rowNames(page))[0].slice(0, 4);
  await page.getByRole("searchbox").fill(name);
  await page.waitForURL(/q=/);
  const rows = await rowNames(page);
  assert.ok(rows.length > 0);
  await page.reload();
  assert.deepEqual(await rowNames(page), rows);
  assert.equal(await page.getByRole("searchbox").inputValue(), name);
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.waitForURL((url) => !url.search.includes("state"));
  assert.equal(await total(page), everything);
  assertNoErrors(errors);
});

test("a heading sorts, and again the other way; more rows come when they are scrolled to", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces`);
  const table = page.getByRole("table", { name: "WorkSpaces" });
  await table.getByRole("button", { name: "User", exact: true }).click();
  await page.waitForURL(/sort=-user_name/);
  const down = await rowNames(page);
  assert.deepEqual(down, [...down].sort().reverse());
  await table.getByRole("button", { name: "User", exact: true }).click();
  await page.waitForURL((url) => !url.search.includes("sort="));
  const up = await rowNames(page);
  assert.deepEqual(up, [...up].sort());
  assert.equal(await table.locator('th[aria-sort="ascending"]').count(), 1);
  const read = async () => number(await page.getByText(/^[\d,]+ read so far$/).textContent());
  const before = await read();
  await table.locator("tbody tr[data-row]").first().focus();
  await page.keyboard.press("End");
  await page.waitForFunction((least) => {
    const text = [...document.querySelectorAll("footer span")].map((one) => one.textContent).find((one) => /read so far$/.test(one));
    return text === undefined || Number(text.replace(/\D/g, "")) > least;
  }, before);
  await page.keyboard.press("Home");
  await page.waitForFunction((first) => document.querySelector('td[data-column="user_name"] a')?.textContent === first, up[0]);
  assertNoErrors(errors);
});

test("a row opens the desktop with its properties, tags and history", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces`);
  const [name] = await rowNames(page);
  await page.getByRole("link", { name, exact: true }).first().click();
  await page.waitForURL(/\/workspaces\/ws-/);
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  for (const title of ["Connection", "Desktop", "Network and storage", "Tags", "Where and when", "History"]) {
    await page.getByRole("heading", { name: title, level: 2 }).waitFor();
  }
  await page.getByText("First seen").first().waitFor();
  assertNoErrors(errors);
});

test("columns are chosen, kept in the address, and exports keep the filters", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces?state=STOPPED`);
  await settled(page);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "IP address" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "IP address" }).waitFor();
  await page.reload();
  await page.getByRole("columnheader", { name: "IP address" }).waitFor();
  const count = await total(page);

  await page.getByRole("button", { name: "Export" }).click();
  const link = page.getByRole("menuitem", { name: "Every field, as JSON" });
  const rows = await page.evaluate(
    (href) => fetch(href).then((answer) => answer.json()),
    await link.getAttribute("href"),
  );
  assert.equal(rows.length, count);
  assert.ok(rows.every((row) => row.state === "STOPPED"));
  assertNoErrors(errors);
});

test("every heading that offers it sorts", async () => {
  const { page, errors } = await openPage(browser.context);
  for (const address of ["/workspaces?columns=all", "/accounts", "/directories", "/bundles", "/users"]) {
    await page.goto(server.url + address);
    const headings = page.locator("thead button:not([aria-label])");
    await headings.first().waitFor();
    for (const heading of await headings.all()) {
      await heading.click();
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
      assert.equal(await page.getByRole("alert").count(), 0, `${address}, ${await heading.textContent()}`);
    }
  }
  assertNoErrors(errors);
});

test("what does not exist says so", async () => {
  const { page, errors } = await openPage(browser.context);
  await page.goto(`${server.url}/workspaces/ws-doesnotexist`);
  await page.getByRole("alert").getByText("Not found").waitFor();
  await page.goto(`${server.url}/no/such/page`);
  await page.getByText("There is no such page").waitFor();
  assertNoErrors(errors, /status of 404/);
});
