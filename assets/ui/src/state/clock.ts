// One clock for every age on the page, so that they all move on together.
import { useSyncExternalStore } from "react";

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  // What appears between two ticks may be newer than the last one: it is not of the future.
  if (Date.now() - now > 1000) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of watchers) one();
  }, 15_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Milliseconds since 1970, moving on every 15 seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
