import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listen, type StreamState } from "./events";
import type { EventBody } from "./types";

class FakeSource {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 0;
  onopen?: () => void;
  onerror?: () => void;
  closed = false;
  private readonly handlers = new Map<string, (message: MessageEvent<string>) => void>();

  constructor(readonly address: string) {
    FakeSource.made.push(this);
  }
  addEventListener(name: string, handler: (message: MessageEvent<string>) => void) {
    this.handlers.set(name, handler);
  }
  say(name: string, data: unknown) {
    this.handlers.get(name)?.(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
  close() {
    this.closed = true;
  }
}

beforeEach(() => {
  FakeSource.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  answer(200, { user: {} });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function answer(status: number, body: unknown) {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body, { status })));
}

function start() {
  const events: EventBody[] = [];
  const states: StreamState[] = [];
  const ended = vi.fn();
  const stop = listen({
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    onEnded: ended,
  });
  return { events, states, ended, stop };
}

it("hands on events by name, and reconnects where the browser does not", () => {
  const { events, states, stop } = start();
  const [first] = FakeSource.made;
  first?.onopen?.();
  first?.say("changed", { names: ["workspaces"] });
  expect(events).toEqual([{ type: "changed", data: { names: ["workspaces"] } }]);

  // A drop that the browser mends by itself.
  first?.onerror?.();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(1);

  // An answer that ends the connection for the browser.
  if (first) first.readyState = FakeSource.CLOSED;
  first?.onerror?.();
  vi.advanceTimersByTime(1000);
  expect(FakeSource.made).toHaveLength(2);
  FakeSource.made[1]?.onopen?.();
  expect(states).toEqual(["connecting", "open", "lost", "lost", "open"]);

  stop();
  expect(FakeSource.made[1]?.closed).toBe(true);
});

it("does not reconnect once stopped", () => {
  const { stop } = start();
  const [source] = FakeSource.made;
  if (source) source.readyState = FakeSource.CLOSED;
  source?.onerror?.();
  stop();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(1);
});

it("stops for good when the session has ended", async () => {
  const { ended } = start();
  const [source] = FakeSource.made;
  answer(401, { code: "session_expired", title: "Log in again", status: 401 });
  if (source) source.readyState = FakeSource.CLOSED;
  source?.onerror?.();
  source?.onerror?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended).toHaveBeenCalledOnce();
  expect(source?.closed).toBe(true);
  expect(FakeSource.made).toHaveLength(1);
});

it("goes on trying while the server is merely away", async () => {
  const { ended } = start();
  const [source] = FakeSource.made;
  answer(503, { code: "unavailable", title: "Starting", status: 503 });
  if (source) source.readyState = FakeSource.CLOSED;
  source?.onerror?.();
  await vi.advanceTimersByTimeAsync(1000);
  expect(ended).not.toHaveBeenCalled();
  expect(FakeSource.made).toHaveLength(2);
});

describe("with several tabs", () => {
  class FakeChannel {
    static all: FakeChannel[] = [];
    onmessage?: (message: { data: unknown }) => void;
    constructor() {
      FakeChannel.all.push(this);
    }
    postMessage(data: unknown) {
      for (const other of FakeChannel.all) if (other !== this) other.onmessage?.({ data });
    }
    close() {
      FakeChannel.all = FakeChannel.all.filter((one) => one !== this);
    }
  }

  it("the one that listens tells the others that the session has ended", async () => {
    let held = false;
    // The first to ask holds the lock; the second waits.
    const request = (_: string, __: unknown, lead: () => Promise<void>) => {
      if (held) return new Promise<void>(() => undefined);
      held = true;
      return lead();
    };
    vi.stubGlobal("BroadcastChannel", FakeChannel);
    vi.stubGlobal("navigator", { locks: { request } });
    const first = start();
    const second = start();
    expect(FakeSource.made).toHaveLength(1);
    answer(401, { code: "unauthorized", title: "Log in", status: 401 });
    FakeSource.made[0]?.onerror?.();
    await vi.advanceTimersByTimeAsync(10);
    expect(first.ended).toHaveBeenCalledOnce();
    expect(second.ended).toHaveBeenCalledOnce();
  });
});
