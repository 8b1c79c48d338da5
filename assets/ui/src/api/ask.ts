// Asks a question and follows how it is answered. The answer is a stream of events to a POST, so
// this reads the body itself; failures leave as `ApiError`, as from everywhere.
import { OWN_PAGE } from "./client";
import { ASK_ADDRESS } from "./endpoints";
import { ApiError, errorFromAnswer, errorFromNetwork } from "./problem";
import { readEvents, type ServerEvent } from "./sse";
import type { Answer, AskEvent, AskRequest, Problem } from "./types";

const EVENTS = new Set<string>(["started", "tier", "token", "sql", "answer"]);

/** The answer; what happens on the way to it goes to `onEvent`. An abort is thrown as it is. */
export async function ask(request: AskRequest, onEvent: (event: AskEvent) => void, signal: AbortSignal): Promise<Answer> {
  let answer: Answer | undefined;
  const take = ({ name, data }: ServerEvent) => {
    if (name === "error") {
      const said = JSON.parse(data) as Partial<Problem>;
      throw errorFromAnswer(said.status ?? 500, said);
    }
    // A newer server may tell more than this page knows.
    if (!EVENTS.has(name)) return;
    const event = { event: name, data: JSON.parse(data) } as AskEvent;
    if (event.event === "answer") answer = event.data;
    onEvent(event);
  };
  try {
    const response = await globalThis.fetch(ASK_ADDRESS, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "text/event-stream, application/problem+json", "Content-Type": "application/json", ...OWN_PAGE },
      body: JSON.stringify(request),
      signal,
    });
    if (!response.ok) throw await refusal(response);
    if (response.body !== null) await readEvents(response.body, take);
  } catch (failure) {
    if (signal.aborted || failure instanceof ApiError) throw failure;
    if (failure instanceof SyntaxError) throw errorFromAnswer(502, null);
    throw errorFromNetwork();
  }
  if (answer === undefined) throw brokenOff();
  return answer;
}

async function refusal(response: Response): Promise<ApiError> {
  const wait = Number(response.headers.get("Retry-After"));
  const problem: unknown = await response.json().catch(() => null);
  return errorFromAnswer(response.status, problem, wait > 0 ? wait : null);
}

function brokenOff(): ApiError {
  return new ApiError({
    status: 0,
    code: "broken_off",
    title: "The answer broke off",
    detail: "The connection ended before the answer came. Ask again.",
  });
}
