// What holds on every page, in both themes, wide and narrow: nothing for axe to find, no error and no
// warning in the console, nothing that jumps while a page fills itself, nothing wider than the window.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { ELSEWHERE, findSamples, PAGES } from "./addresses.mjs";
import { assertNoErrors, launch, logIn, openPage, ready, server } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MOST_SHIFT = 0.02;
const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

let browser;
let samples;
before(async () => {
  browser = await launch();
  const { page } = await openPage(browser.context);
  await logIn(page);
  samples = await findSamples(browser.context);
  await page.close();
});
after(() => browser.close());

/** What axe finds, a line for each rule with the first places. Only colours differ between the themes. */
async function violations(page, only) {
  const found = await page.evaluate(
    (rules) => globalThis.axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) }).then((result) => result.violations),
    only,
  );
  return found.map(({ id, impact, nodes }) => {
    const places = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.html.slice(0, 160)}`);
    return `${id} (${impact}) in ${nodes.length}: ${places.join(" | ")}`;
  });
}

async function visit(address, size, wrong) {
  const { page, errors } = await openPage(browser.context, size);
  try {
    await page.goto(server.url + address);
    await ready(page);
    const { over, shifts } = await page.evaluate(() => ({
      over: document.documentElement.scrollWidth - window.innerWidth,
      shifts: window.shifts,
    }));
    if (over > 0) wrong.push(`${over} pixels too wide`);
    const shift = shifts.reduce((sum, one) => sum + one.value, 0);
    if (shift >= MOST_SHIFT) wrong.push(`layout shift ${shift.toFixed(3)}: ${JSON.stringify(shifts)}`);
    await page.evaluate(AXE);
    wrong.push(...(await violations(page)));
    await page.emulateMedia({ colorScheme: "dark" });
    wrong.push(...(await violations(page, ["color-contrast"])).map((one) => `dark: ${one}`));
    assertNoErrors(errors, /status of 40[14]/);
  } catch (failure) {
    wrong.push(failure.message);
  } finally {
    await page.close();
  }
}

for (const { name, address, anonymous } of PAGES) {
  test(`${name} passes in both themes, wide and narrow`, async () => {
    const where = address(samples);
    assert.ok(where && !where.includes("undefined"), `the estate has nothing to show: ${where}`);
    if (anonymous) await browser.context.clearCookies();
    const wrong = [];
    for (const size of WINDOWS) {
      const found = [];
      await visit(where, size, found);
      wrong.push(...found.map((one) => `${size.width}: ${one}`));
    }
    assert.deepEqual(wrong, []);
  });
}

test("every route of the router is visited", () => {
  const router = readFileSync(new URL("../src/router.tsx", import.meta.url), "utf8");
  const routes = [...router.matchAll(/(?:page\(|path: )"([^"]+)"/g)].map((found) => found[1]);
  assert.ok(routes.length > 10);
  const known = new Set([...PAGES.map((page) => page.path), ...ELSEWHERE]);
  assert.deepEqual(routes.filter((route) => !known.has(route)), []);
});
