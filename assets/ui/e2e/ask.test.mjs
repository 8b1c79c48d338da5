// Questions in plain words. What depends on how a question is understood is played by this test; the
// rest is asked of the server.
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

async function openAsk(options) {
  const opened = await openPage(browser.context, options);
  await opened.page.goto(`${server.url}/ask`);
  await opened.page.getByRole("heading", { name: "Some questions to begin with" }).waitFor();
  return opened;
}

async function ask(page, question) {
  const box = page.getByLabel("Your question");
  await box.fill(question);
  await box.press("Enter");
  return page.getByRole("article", { name: question }).first();
}

/** Answers questions in the server's place: a status, or the events of a stream. */
function play(page, reply) {
  return page.route("**/api/v1/ai/query", (route) => {
    const played = reply(route.request().postDataJSON());
    if (!Array.isArray(played)) return route.fulfill(played);
    const body = played.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
    return route.fulfill({ contentType: "text/event-stream", body });
  });
}

const answer = (question, more) => ({
  id: "played",
  question,
  outcome: "answered",
  tier: "template",
  duration_ms: 4,
  asked_at: new Date().toISOString(),
  ...more,
});

test("an example is answered with a sentence, rows and SQL that can be edited and run", async () => {
  const { page, errors } = await openAsk();
  const example = page.getByRole("main").getByRole("listitem").getByRole("button").first();
  await example.click();
  await page.waitForURL(/\/ask\?q=/);
  const article = page.getByRole("article").first();
  await article.getByText("Understood as:").waitFor();
  await article.getByText("Known question").waitFor();
  await article.getByText(/^Data as of/).waitFor();

  await article.getByRole("button", { name: "SQL", exact: true }).click();
  await article.getByText(/^SELECT/).first().waitFor();
  await article.getByRole("button", { name: "Edit" }).click();
  const sql = article.getByLabel("SQL to run");
  await sql.fill("PRAGMA table_list");
  await sql.press("Control+Enter");
  await article.getByRole("alert").waitFor();
  await sql.fill("SELECT workspace_id, state FROM workspaces ORDER BY workspace_id LIMIT 3");
  await article.getByRole("button", { name: "Run" }).click();
  await article.getByText("Edited SQL").waitFor();
  assert.equal(await article.getByRole("table").locator("tbody tr").count(), 3);
  const link = article.getByRole("table").getByRole("link").first();
  assert.match(await link.getAttribute("href"), /\/workspaces\/ws-/);
  await article.getByRole("button", { name: "Back to the answer" }).click();
  await article.getByText("Understood as:").waitFor();
  assertNoErrors(errors, /status of 400/);
});

test("a follow-up changes the answer above it, feedback is kept, and history asks again", async () => {
  const { page, errors } = await openAsk();
  const first = await ask(page, "How many desktops are there by region?");
  await first.getByText("Understood as:").waitFor();
  await page.getByLabel("Follow up").fill("only in eu-west-1");
  await page.getByLabel("Follow up").press("Enter");
  const second = page.getByRole("article", { name: /only in eu-west-1/ });
  await second.getByText("Understood as:").getByText(/eu-west-1/).or(second.getByText(/eu-west-1/)).first().waitFor();

  const right = first.getByRole("button", { name: "The answer is right" });
  await right.click();
  await first.getByText("Thank you.").waitFor();
  assert.equal(await right.getAttribute("aria-pressed"), "true");

  const history = page.getByRole("list", { name: "My questions" });
  const again = history.getByRole("button", { name: /How many desktops are there by region/ }).first();
  await again.getByRole("img", { name: "you called it right" }).waitFor();
  await again.click();
  await page.waitForFunction(() => document.querySelectorAll("article").length === 3);

  const box = page.getByLabel("Your question");
  await box.press("ArrowUp");
  assert.equal(await box.inputValue(), "How many desktops are there by region?");
  assertNoErrors(errors);
});

test("a link asks its question once, and going back leads to the earlier answer", async () => {
  const { page, errors } = await openPage(browser.context);
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/ai/query")) sent += 1;
  });
  await page.goto(`${server.url}/ask?q=How+many+desktops+are+there%3F`);
  await page.getByRole("article", { name: "How many desktops are there?" }).getByText("Understood as:").waitFor();
  assert.equal(sent, 1);
  const second = await ask(page, "How many accounts are there?");
  await second.getByRole("button", { name: "Ask again" }).waitFor();
  await page.goBack();
  await page.waitForURL(/desktops/);
  await page.getByRole("link", { name: "Dashboard" }).first().click();
  await page.getByRole("heading", { name: "Dashboard", level: 1 }).waitFor();
  await page.getByRole("link", { name: "Ask", exact: true }).click();
  await page.getByRole("article").nth(1).waitFor();
  assert.equal(sent, 2);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("heading", { name: "Some questions to begin with" }).waitFor();
  assertNoErrors(errors);
});

test("an answer is saved as verified, answers from then on, and is deleted", async () => {
  const { page, errors } = await openAsk();
  const article = await ask(page, "How many desktops are there?");
  await article.getByRole("button", { name: "Save as verified" }).click();
  const dialog = page.getByRole("dialog");
  const question = `Browser test ${Date.now()}`;
  await dialog.getByLabel("Question").fill(question);
  await dialog.getByLabel("SQL").fill("SELECT count(*) AS verified_desktops FROM workspaces");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });

  await page.getByRole("tab", { name: "Verified" }).click();
  const list = page.getByRole("list", { name: "Verified questions" });
  await list.getByRole("button", { name: question }).first().click();
  const verified = page.getByRole("article", { name: question });
  await verified.getByText("Verified", { exact: true }).waitFor();

  await list.getByRole("button", { name: `Delete “${question}”` }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction((text) => !document.querySelector("aside:last-of-type")?.textContent.includes(text), question);
  assertNoErrors(errors);
});

test("what cannot be answered is said with its reason", async () => {
  const { page, errors } = await openAsk();
  const article = await ask(page, "What will the weather be like in Dublin on Sunday?");
  await article.getByText("This cannot be answered").waitFor();
  assert.equal(await article.getByRole("table").count(), 0);
  assertNoErrors(errors);
});

test("an unclear question offers what it may mean", async () => {
  const { page, errors } = await openAsk();
  const readings = [
    { id: "r1", label: "Desktops nobody used for 30 days" },
    { id: "r2", label: "Desktops that are stopped" },
  ];
  await play(page, ({ question, reading }) => [
    ["started", { id: "played" }],
    ["answer", reading ? answer(question, { summary: `Read as ${reading}` }) : answer(question, { outcome: "ambiguous", readings })],
  ]);
  const article = await ask(page, "idle desktops");
  await article.getByText("This can mean more than one thing. What do you mean?").waitFor();
  await article.getByRole("button", { name: "Desktops that are stopped" }).click();
  await article.getByText("Read as r2").waitFor();
  assert.equal(await article.getByRole("button", { name: "Desktops that are stopped" }).getAttribute("aria-pressed"), "true");
  assertNoErrors(errors);
});

test("a model's answer shows its tokens; a busy model can be asked again later", async () => {
  const { page, errors } = await openAsk();
  const usage = { prompt_tokens: 900, reused_tokens: 800, sampled_tokens: 12, forced_tokens: 30, queued_ms: 0, prefill_ms: 700, decode_ms: 1900 };
  const table = { columns: ["region", "desktops"], rows: [["eu-west-1", 12], ["us-east-1", 3]], truncated: false };
  const problem = { type: "about:blank", title: "The language model is busy", status: 503, code: "model_busy", detail: "Try again in 1 s" };
  let busy = true;
  await play(page, ({ question }) => {
    if (busy) return { status: 503, contentType: "application/problem+json", headers: { "retry-after": "1" }, body: JSON.stringify(problem) };
    return [
      ["started", { id: "played" }],
      ["tier", { tier: "model" }],
      ["token", { text: "SELECT" }],
      ["answer", answer(question, { tier: "model", usage, table, sql: "SELECT 1", chart: { kind: "bar", x: "region", y: "desktops" }, summary: "Two regions." })],
    ];
  });
  const article = await ask(page, "something hard");
  await article.getByRole("alert").getByText("The language model is busy").waitFor();
  busy = false;
  await article.getByRole("button", { name: "Try again", exact: true }).click();
  await article.getByText("Two regions.").waitFor();
  await article.getByText("Model", { exact: true }).waitFor();
  await article.getByRole("button", { name: /42 tokens/ }).click();
  await article.getByText("100 tokens in 0.7 s").waitFor();
  await article.getByRole("figure").waitFor();
  await article.getByRole("radio", { name: "Table" }).click();
  assert.equal(await article.getByRole("table").locator("tbody tr").count(), 2);
  const saved = page.waitForEvent("download");
  await article.getByRole("button", { name: "CSV" }).click();
  assert.equal((await saved).suggestedFilename(), "something-hard.csv");
  assertNoErrors(errors, /status of 503/);
});

test("a question on its way can be cancelled", async () => {
  const { page, errors } = await openAsk();
  // Held back for as long as the page waits.
  await page.route("**/api/v1/ai/query", () => undefined);
  const article = await ask(page, "something slow");
  await article.getByRole("button", { name: "Cancel" }).click();
  await article.getByText("Cancelled before there was an answer.").waitFor();
  assertNoErrors(errors);
});

test("a narrow window has everything, one thing at a time, and never scrolls sideways", async () => {
  const { page, errors } = await openAsk({ width: 390, height: 844 });
  const fits = async () => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${over} pixels too wide`);
  };
  await fits();
  const article = await ask(page, "Which desktops are stopped?");
  await article.getByText("Understood as:").waitFor();
  await fits();
  await article.getByRole("button", { name: "SQL", exact: true }).click();
  await fits();
  await page.getByRole("radio", { name: "My questions" }).click();
  const asked = page.getByRole("list", { name: "My questions" }).getByRole("button", { name: /Which desktops are stopped/ }).first();
  await asked.waitFor();
  await fits();
  await asked.click();
  await page.getByRole("article").first().waitFor();
  assertNoErrors(errors);
});
