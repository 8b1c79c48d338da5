// The next starts of a schedule, as a person would say them.
import { formatAge } from "../../lib/format";
import { nextRuns, type parseCron } from "../../lib/cron";
import { useNow } from "../../state/clock";

type Cron = Exclude<ReturnType<typeof parseCron>, string>;

interface NextRunsProps {
  cron: Cron;
  timeZone: string;
  jitter: number;
}

export function NextRuns({ cron, timeZone, jitter }: NextRunsProps) {
  const now = useNow();
  const runs = nextRuns(cron, timeZone, now, 3);
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return (
    <div className="rounded-lg bg-sunken px-3.5 py-3 text-sm" aria-live="polite">
      {runs.length === 0 ? (
        <p>Not due within the next year.</p>
      ) : (
        <>
          <p className="text-[13px] text-ink-faint">Next starts{jitter > 0 && `, each up to ${jitter} seconds later`}</p>
          <ol className="mt-1">
            {runs.map((run) => (
              <li key={run.getTime()} className="flex flex-wrap justify-between gap-x-4">
                <time dateTime={run.toISOString()} title={`${run.toISOString().slice(0, 16).replace("T", " ")} UTC`}>
                  {format.format(run)}
                </time>
                <span className="text-ink-faint">{formatAge(run.toISOString(), now)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
