// Whether the window is wide enough for tables.
import { useSyncExternalStore } from "react";

const WIDE = "(min-width: 768px)";

export function useWide(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      const media = matchMedia(WIDE);
      media.addEventListener("change", watcher);
      return () => media.removeEventListener("change", watcher);
    },
    () => matchMedia(WIDE).matches,
  );
}
