// The typed HTTP client. Cookies travel by themselves; every write carries the header that
// proves it came from this page. Failures leave here as `ApiError` only.
import createClient from "openapi-fetch";
import { errorFromAnswer, errorFromNetwork } from "./problem";
import type { paths } from "./schema";

/** The header without which the server takes no write from a browser. */
export const OWN_PAGE = { "X-Stocktake-CSRF": "1" } as const;

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export const http = createClient<paths>({
  baseUrl: globalThis.location.origin,
  credentials: "same-origin",
  // Looked up at each call, so that a test can stand in for it.
  fetch: (request) => globalThis.fetch(request),
  querySerializer: { array: { style: "form", explode: true } },
});

http.use({
  onRequest({ request }) {
    request.headers.set("Accept", "application/json, application/problem+json");
    if (WRITES.has(request.method)) {
      for (const [name, value] of Object.entries(OWN_PAGE)) request.headers.set(name, value);
    }
    return request;
  },
});

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; anything else is thrown as an `ApiError`. */
export async function body<T>(pending: Promise<Answer<T>>): Promise<T> {
  const answer = await reached(pending);
  if (!answer.response.ok || answer.data === undefined) {
    throw errorFromAnswer(answer.response.status, answer.error);
  }
  return answer.data;
}

/** For answers without a body. */
export async function done(pending: Promise<Answer<unknown>>): Promise<void> {
  const answer = await reached(pending);
  if (!answer.response.ok) throw errorFromAnswer(answer.response.status, answer.error);
}

async function reached<T>(pending: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await pending;
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    // A body that is not JSON, or no answer at all.
    if (failure instanceof SyntaxError) throw errorFromAnswer(502, null);
    throw errorFromNetwork();
  }
}
