// A moment, in the reader's zone or as an age; UTC stands in the title.
import { formatAge, formatTime, formatUtc } from "../lib/format";
import { useNow } from "../state/clock";

interface TimeProps {
  at: string | null | undefined;
  /** What to show when there is none. */
  none?: string;
}

export function Time({ at, none = "—" }: TimeProps) {
  if (!at) return <span className="text-ink-faint">{none}</span>;
  return (
    <time dateTime={at} title={formatUtc(at)} className="whitespace-nowrap">
      {formatTime(at)}
    </time>
  );
}

export function Age({ at, none = "—" }: TimeProps) {
  const now = useNow();
  if (!at) return <span className="text-ink-faint">{none}</span>;
  return (
    <time dateTime={at} title={formatUtc(at)} className="whitespace-nowrap">
      {formatAge(at, now)}
    </time>
  );
}
