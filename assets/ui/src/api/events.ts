// The event stream. A browser opens one connection whatever number of tabs it shows: the tab that
// holds the lock listens and tells the others. Where the browser offers no locks (plain http off
// this machine), each tab listens for itself. When the session has ended nobody listens any more.
import { EVENTS_ADDRESS, me } from "./endpoints";
import { asApiError } from "./problem";
import type { EventBody } from "./types";

export type StreamState = "connecting" | "open" | "lost";

export interface StreamListener {
  onEvent: (event: EventBody) => void;
  onState: (state: StreamState) => void;
  /** The session is over: nothing comes after this. */
  onEnded: () => void;
}

const NAMES = ["job", "sync_scope", "alert", "changed", "database"] as const;
const LOCK = "stocktake-events";

type Message =
  | { kind: "event"; event: EventBody }
  | { kind: "state"; state: StreamState }
  | { kind: "ended" }
  | { kind: "ask" };

/** Listens until the returned function is called. */
export function listen(listener: StreamListener): () => void {
  if (!("locks" in navigator) || typeof BroadcastChannel === "undefined") {
    return open(listener);
  }
  const stop = new AbortController();
  const channel = new BroadcastChannel(LOCK);
  let state: StreamState = "connecting";
  let leading = false;

  channel.onmessage = (message: MessageEvent<Message>) => {
    const said = message.data;
    if (said.kind === "ask") {
      if (leading) channel.postMessage({ kind: "state", state } satisfies Message);
    } else if (said.kind === "event") listener.onEvent(said.event);
    else if (said.kind === "ended") listener.onEnded();
    else listener.onState(said.state);
  };
  channel.postMessage({ kind: "ask" } satisfies Message);

  const lead = () =>
    new Promise<void>((resolve) => {
      leading = true;
      const close = open({
        onEvent: (event) => {
          listener.onEvent(event);
          channel.postMessage({ kind: "event", event } satisfies Message);
        },
        onState: (next) => {
          state = next;
          listener.onState(next);
          channel.postMessage({ kind: "state", state: next } satisfies Message);
        },
        onEnded: () => {
          channel.postMessage({ kind: "ended" } satisfies Message);
          listener.onEnded();
        },
      });
      stop.signal.addEventListener("abort", () => {
        close();
        resolve();
      });
    });
  navigator.locks.request(LOCK, { signal: stop.signal }, lead).catch((refused: unknown) => {
    // Stopped while waiting for its turn: nothing to close.
    if (!stop.signal.aborted) throw refused;
  });

  return () => {
    stop.abort();
    channel.close();
  };
}

/** An event source does not say why it failed, so the session is asked about on its own. */
async function sessionIsOver(): Promise<boolean> {
  try {
    await me.get();
    return false;
  } catch (failure) {
    return asApiError(failure).status === 401;
  }
}

/** One connection. The browser reconnects by itself after a drop, but not after an HTTP error. */
function open(listener: StreamListener): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let wait = 1000;
  let asking = false;
  let stopped = false;

  const stop = () => {
    stopped = true;
    clearTimeout(retry);
    source?.close();
  };

  const endWithSession = async () => {
    if (asking) return;
    asking = true;
    const over = await sessionIsOver();
    asking = false;
    if (!over || stopped) return;
    stop();
    listener.onEnded();
  };

  const connect = () => {
    source = new EventSource(EVENTS_ADDRESS);
    source.onopen = () => {
      wait = 1000;
      listener.onState("open");
    };
    source.onerror = () => {
      listener.onState("lost");
      void endWithSession();
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(retry);
      retry = setTimeout(connect, wait);
      wait = Math.min(wait * 2, 30_000);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (message: MessageEvent<string>) => {
        listener.onEvent({ type: name, data: JSON.parse(message.data) } as EventBody);
      });
    }
  };

  listener.onState("connecting");
  connect();
  return stop;
}
