// How old the numbers beside it are. Older than a day is said aloud.
import clsx from "clsx";
import { History } from "lucide-react";
import { useNow } from "../state/clock";
import { Age } from "./Time";

const STALE_MS = 24 * 3600 * 1000;

export function AsOf({ at, className }: { at: string | null | undefined; className?: string }) {
  const now = useNow();
  const stale = at ? now - Date.parse(at) > STALE_MS : true;
  return (
    <span
      className={clsx(
        "inline-flex items-center gap-1.5 text-[13px] [&_svg]:size-3.5",
        stale ? "text-warn" : "text-ink-faint",
        className,
      )}
    >
      <History aria-hidden />
      {at ? (
        <span>
          Data as of <Age at={at} />
        </span>
      ) : (
        <span>Never synced</span>
      )}
    </span>
  );
}
