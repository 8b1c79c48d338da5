// A day of the demo, kept: what the server answered, page by page, and when. Pictures of pages are only
// comparable when their data is the same, and the demo's moves on by the minute.
import { gunzipSync, gzipSync } from "node:zlib";

const API = "**/api/v1/**";
const STREAM = "/api/v1/sync/stream";

const keyOf = (request) => {
  const { pathname, search } = new URL(request.url());
  return `${request.method()} ${pathname}${search}`;
};

/** An event stream that is up and says nothing. */
function quietStream() {
  window.EventSource = class extends EventTarget {
    readyState = 1;
    constructor() {
      super();
      setTimeout(() => this.onopen?.(new Event("open")));
    }
    close() {
      this.readyState = 2;
    }
  };
}

async function holdStill(page, at) {
  await page.addInitScript(quietStream);
  await page.clock.setFixedTime(at);
}

/** Notes down what a page is answered from now on. */
export async function record(page, at, answers) {
  await holdStill(page, at);
  await page.route(API, async (route) => {
    const answer = await route.fetch();
    if (!new URL(route.request().url()).pathname.startsWith(STREAM)) {
      answers[keyOf(route.request())] ??= { status: answer.status(), type: answer.headers()["content-type"], text: await answer.text() };
    }
    await route.fulfill({ response: answer });
  });
}

/** Answers a page out of a recording; what was not recorded is put in `missing`. */
export async function replay(page, at, answers, missing) {
  await holdStill(page, at);
  await page.route(API, (route) => {
    const key = keyOf(route.request());
    const answer = answers[key];
    if (answer !== undefined) return route.fulfill({ status: answer.status, contentType: answer.type, body: answer.text });
    missing.push(key);
    return route.abort();
  });
}

export const pack = (recording) => gzipSync(JSON.stringify(recording), { level: 9 });
export const unpack = (bytes) => JSON.parse(gunzipSync(bytes).toString("utf8"));
