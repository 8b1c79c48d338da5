import { beforeEach, expect, it, vi } from "vitest";
import { ask } from "./ask";
import type { ApiError } from "./problem";
import type { AskEvent } from "./types";

let sent: [string, RequestInit] | undefined;
let answer: Response;

beforeEach(() => {
  sent = undefined;
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    sent = [address, init];
    return Promise.resolve(answer);
  });
});

const stream = (text: string) => new Response(text, { headers: { "content-type": "text/event-stream" } });

async function asked(): Promise<{ events: AskEvent[]; failure?: ApiError }> {
  const events: AskEvent[] = [];
  try {
    await ask({ question: "how many" }, (event) => events.push(event), new AbortController().signal);
    return { events };
  } catch (failure) {
    return { events, failure: failure as ApiError };
  }
}

it("sends the question with the proof of its page and hands on what it knows", async () => {
  answer = stream(': beat\n\nevent: started\ndata: {"id":"q1"}\n\nevent: later\ndata: {}\n\nevent: answer\ndata: {"id":"q1"}\n\n');
  const { events, failure } = await asked();
  expect(failure).toBeUndefined();
  expect(events.map((event) => event.event)).toEqual(["started", "answer"]);
  const [address, init] = sent ?? [];
  expect(address).toBe("/api/v1/ai/query");
  expect(new Headers(init?.headers).get("x-stocktake-csrf")).toBe("1");
  expect(init?.body).toBe('{"question":"how many"}');
});

it("throws the problem that ends a stream", async () => {
  answer = stream('event: started\ndata: {"id":"q1"}\n\nevent: error\ndata: {"title":"Too slow","status":504,"code":"model_timeout"}\n\n');
  const { events, failure } = await asked();
  expect(events).toHaveLength(1);
  expect([failure?.status, failure?.code, failure?.title]).toEqual([504, "model_timeout", "Too slow"]);
});

it("keeps how long a refusal asks to wait", async () => {
  answer = Response.json({ title: "Busy", status: 503, code: "model_busy" }, { status: 503, headers: { "retry-after": "7" } });
  const { failure } = await asked();
  expect([failure?.code, failure?.retryAfter]).toEqual(["model_busy", 7]);
});

it("says so when the stream ends too soon", async () => {
  answer = stream('event: started\ndata: {"id":"q1"}\n\n');
  expect((await asked()).failure?.code).toBe("broken_off");
});
