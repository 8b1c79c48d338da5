// How high a row is, and how high a table may be so that the page around it need not scroll.
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from "react";

export const ROW_HEIGHT = { compact: 36, comfortable: 52 } as const;
/** The footer and the margin under it. */
const BELOW = 76;
/** The bar of the chosen rows. */
const BAR = 70;
const LEAST = 340;

type Density = keyof typeof ROW_HEIGHT;

function watchDensity(watcher: () => void): () => void {
  const observer = new MutationObserver(watcher);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-density"] });
  return () => observer.disconnect();
}

export function useDensity(): Density {
  return useSyncExternalStore(watchDensity, () =>
    document.documentElement.dataset.density === "compact" ? "compact" : "comfortable",
  );
}

/** From the box's place on the page to the lower edge of the window. */
export function useRoomBelow(box: RefObject<HTMLElement | null>, withBar: boolean): number {
  // A guess at first: a table of a thousand rows is never drawn at its full height.
  const [room, setRoom] = useState(() => Math.max(LEAST, window.innerHeight - 300));
  useLayoutEffect(() => {
    const measure = () => {
      const top = box.current?.getBoundingClientRect().top;
      if (top === undefined) return;
      setRoom(Math.max(LEAST, Math.round(window.innerHeight - top - window.scrollY - BELOW - (withBar ? BAR : 0))));
    };
    measure();
    window.addEventListener("resize", measure);
    if (!("ResizeObserver" in window)) return () => window.removeEventListener("resize", measure);
    // What stands above the table may grow: filters, notices.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => {
      window.removeEventListener("resize", measure);
      observer.disconnect();
    };
  }, [box, withBar]);
  return room;
}
