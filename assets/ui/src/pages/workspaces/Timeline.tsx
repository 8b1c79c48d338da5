// The history of one desktop: what it was before, what after, and who asked AWS for it.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import type { TrailEvent } from "../../api/types";
import { eventsQuery } from "../../api/queries";
import type { FieldChange, WorkspaceDetail } from "../../api/types";
import { Badge, Dot, StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Time } from "../../components/Time";
import { formatField, formatValue } from "../../lib/format";
import { toneOf, type Tone } from "../../lib/tone";
import { callerName, eventTitle } from "../../lib/trail";
import { timeline, type TimelineEntry } from "./timeline";

const SHORT = 12;

const WORDS: Record<string, string> = {
  created: "First seen",
  changed: "Changed",
  missing: "No longer listed by AWS",
  returned: "Listed again",
  deleted: "Deleted",
  terminated: "Terminated",
  state: "State",
};

export function Timeline({ detail }: { detail: WorkspaceDetail }) {
  const [all, setAll] = useState(false);
  // Without events, or while they are read, the rest of the story stands.
  const events = useInfiniteQuery(eventsQuery({ workspace_id: detail.workspace_id, limit: 200 }));
  const entries = timeline(detail, events.data?.pages.flatMap((page) => page.items));
  const shown = all ? entries : entries.slice(0, SHORT);
  return (
    <>
      <ol className="relative flex flex-col gap-5 before:absolute before:top-2 before:bottom-2 before:left-[4.500px] before:w-px before:bg-line">
        {shown.map((entry) => (
          <li key={entry.key} className="relative pl-6">
            <span className="absolute top-[7px] left-[2px] grid size-1.5 place-items-center ring-4 ring-panel">
              <Dot tone={toneAt(entry)} />
            </span>
            <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
              <span className="font-medium">
                {entry.event ? eventTitle(entry.event.event_name) : (WORDS[entry.kind] ?? formatField(entry.kind))}
              </span>
              <span className="text-[13px] text-ink-faint">
                <Time at={entry.at} />
              </span>
            </p>
            {entry.event ? (
              <Asked event={entry.event} />
            ) : entry.kind === "state" ? (
              <StateStep change={entry.differences[0]} />
            ) : (
              <Differences changes={entry.differences} />
            )}
          </li>
        ))}
      </ol>
      {entries.length > SHORT && (
        <Button small kind="quiet" className="mt-3" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${entries.length} entries`}
        </Button>
      )}
    </>
  );
}

function toneAt(entry: TimelineEntry): Tone {
  if (entry.event) return entry.event.error_code ? "bad" : "accent";
  return toneOf(entry.kind === "state" ? String(entry.differences[0]?.after) : entry.kind);
}

function Asked({ event }: { event: TrailEvent }) {
  return (
    <p className="mt-0.5 text-[13px] text-ink-soft">
      by {callerName(event)}
      {event.error_code && <span className="text-bad">, refused: {event.error_code}</span>}{" "}
      <Link to="/activity" search={{ open: event.event_id }} className="text-accent hover:underline">
        Event
      </Link>
    </p>
  );
}

function StateStep({ change }: { change: FieldChange | undefined }) {
  if (!change) return null;
  return (
    <p className="mt-1 flex flex-wrap items-center gap-2">
      {change.before ? <StateBadge state={String(change.before)} /> : <Badge tone="idle">not known</Badge>}
      <ArrowRight aria-label="became" className="size-3.5 text-ink-faint" />
      <StateBadge state={String(change.after)} />
    </p>
  );
}

function Differences({ changes }: { changes: FieldChange[] }) {
  if (changes.length === 0) return null;
  return (
    <dl className="mt-1 flex flex-col gap-1.5 text-[13px]">
      {changes.map((change) => (
        <div key={change.field} className="flex flex-wrap items-baseline gap-x-2">
          <dt className="text-ink-faint">{formatField(change.field)}</dt>
          <dd className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <span className={clsx("break-all text-ink-soft", change.before != null && "line-through decoration-ink-faint/60")}>
              {formatValue(change.before)}
            </span>
            <ArrowRight aria-label="became" className="size-3 self-center text-ink-faint" />
            <span className="font-medium break-all">{formatValue(change.after)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
