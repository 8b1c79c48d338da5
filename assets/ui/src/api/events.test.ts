import { afterEach, beforeEach, expect, it, vi } from "vitest";
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
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function start() {
  const events: EventBody[] = [];
  const states: StreamState[] = [];
  const stop = listen({ onEvent: (event) => events.push(event), onState: (state) => states.push(state) });
  return { events, states, stop };
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
