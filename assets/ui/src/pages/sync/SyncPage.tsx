// Runs: the one at work, and those before it.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { jobsQuery, schedulesQuery, syncHistoryQuery } from "../../api/queries";
import type { SyncRun } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { ListPanel } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import { Empty } from "../../components/States";
import type { Column } from "../../components/DataTable";
import { Age, Time } from "../../components/Time";
import { value } from "../../lib/address";
import { formatCount, formatDuration, formatNumber } from "../../lib/format";
import { useFilters, useScope } from "../../state/filters";
import { CurrentRun } from "./CurrentRun";
import { SyncNow } from "./SyncNow";
import { triggerWords } from "./words";

export function SyncPage() {
  const scope = useScope();
  const navigate = useNavigate();
  const history = useInfiniteQuery(syncHistoryQuery(scope));
  const watched = value(useFilters().search, "run");
  const running = useQuery(jobsQuery({ ...scope, kind: "sync", state: ["queued", "running"] }));
  const schedules = useQuery(schedulesQuery);
  const next = schedules.data?.find((one) => one.name === "sync" && one.enabled);
  // The run that was started here stays in view after its end.
  const atWork = new Set([...(watched ? [watched] : []), ...(running.data?.items ?? []).map((job) => job.id)]);
  return (
    <Page
      title="Sync"
      lead={
        next?.next_run_at ? (
          <>
            Next by schedule <Age at={next.next_run_at} />
          </>
        ) : schedules.data ? (
          "Nothing is scheduled; syncs start by hand."
        ) : undefined
      }
      actions={<SyncNow />}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
        {[...atWork].map((id) => (
          <CurrentRun key={id} id={id} />
        ))}
        <ListPanel
          label="Sync runs"
          noun="run"
          query={history}
          columns={COLUMNS}
          rowKey={(run) => run.id}
          onOpen={(run) => void navigate({ to: "/sync/$runId", params: { runId: run.id } })}
          card={(run) => <Card run={run} />}
          empty={
            <Empty icon={RefreshCw} title="No sync has run yet" action={<SyncNow />}>
              A sync lists every WorkSpace, directory and bundle of every account.
            </Empty>
          }
        />
      </div>
    </Page>
  );
}

function RunLink({ run }: { run: SyncRun }) {
  return (
    <Link to="/sync/$runId" params={{ runId: run.id }} className="font-medium hover:text-accent hover:underline">
      {run.started_at ? <Time at={run.started_at} /> : "Not started yet"}
    </Link>
  );
}

const COLUMNS: Column<SyncRun>[] = [
  { id: "started_at", header: "Started", cell: (run) => <RunLink run={run} /> },
  { id: "status", header: "Result", cell: (run) => <StateBadge state={run.status} /> },
  { id: "trigger", header: "By", cell: (run) => triggerWords(run) },
  {
    id: "scopes",
    header: "Listings",
    right: true,
    cell: (run) => (
      <>
        {formatNumber(run.scopes_done)} of {formatNumber(run.scopes_total)}
        {run.scopes_failed > 0 && <span className="text-bad">, {formatNumber(run.scopes_failed)} not complete</span>}
      </>
    ),
  },
  { id: "seen", header: "Rows seen", right: true, cell: (run) => formatNumber(run.counts.rows_seen) },
  { id: "new", header: "New", right: true, cell: (run) => formatNumber(run.counts.rows_new) },
  { id: "changed", header: "Changed", right: true, cell: (run) => formatNumber(run.counts.rows_changed) },
  { id: "missing", header: "Missing", right: true, cell: (run) => formatNumber(run.counts.rows_missing) },
  { id: "calls", header: "API calls", right: true, cell: (run) => formatNumber(run.counts.calls_made) },
  {
    id: "duration",
    header: "Duration",
    right: true,
    cell: (run) => (run.duration_ms != null ? formatDuration(run.duration_ms) : "—"),
  },
];

function Card({ run }: { run: SyncRun }) {
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center justify-between gap-3">
        <RunLink run={run} />
        <StateBadge state={run.status} />
      </div>
      <p className="text-[13px] text-ink-soft">
        {[
          triggerWords(run),
          formatCount(run.counts.rows_seen, "row"),
          formatCount(run.counts.calls_made, "call"),
          run.duration_ms != null && formatDuration(run.duration_ms),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {run.failure && <p className="text-[13px] text-bad">{run.failure.code}</p>}
    </div>
  );
}
