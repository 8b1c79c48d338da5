// How wide the window is, where the style sheet alone cannot decide.
import { useSyncExternalStore } from "react";

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (watcher) => {
      const media = matchMedia(query);
      media.addEventListener("change", watcher);
      return () => media.removeEventListener("change", watcher);
    },
    () => matchMedia(query).matches,
  );
}

/** Wide enough for tables. */
export function useWide(): boolean {
  return useMedia("(min-width: 768px)");
}

/** Wide enough for a second column beside a table. */
export function useRoomy(): boolean {
  return useMedia("(min-width: 1200px)");
}
