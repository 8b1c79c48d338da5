// A sync at work: how far it is as a whole, and account by account.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { jobs } from "../../api/endpoints";
import { isOver, jobQuery, syncRunQuery } from "../../api/queries";
import type { Job, SyncRun } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Meter } from "../../components/Meter";
import { Panel } from "../../components/Panel";
import { Skeleton } from "../../components/States";
import { formatCount, formatDuration, formatNumber } from "../../lib/format";
import { useMay } from "../../state/access";
import { toastError } from "../../state/toasts";
import { byAccount, troubled, troubleWords, type AccountProgress } from "./progress";
import { triggerWords } from "./words";

const STARTING: Partial<Record<Job["state"], string>> = { queued: "Waiting for a worker" };

const LAST_LOOK_MS = 700;

const runOver = (run: SyncRun | undefined) => run !== undefined && run.status !== "running" && run.status !== "waiting";

/** The job knows first that it runs; how it went is in the run. */
function standing(job: Job, over: boolean, run: SyncRun | undefined): string {
  if (!over) return job.state === "queued" ? "queued" : "running";
  return job.state === "succeeded" && run !== undefined ? run.status : job.state;
}

export function CurrentRun({ id }: { id: string }) {
  const job = useQuery(jobQuery(id));
  const jobOver = isOver(job.data?.state);
  const run = useQuery({
    ...syncRunQuery(id),
    enabled: job.data !== undefined && job.data.state !== "queued",
    retry: !jobOver,
    // The news that the job is over comes before the last listings': those are read once more.
    refetchInterval: (query) => (jobOver && !runOver(query.state.data?.run) && query.state.error === null ? LAST_LOOK_MS : false),
  });
  if (job.data === undefined) return <Skeleton className="h-40 rounded-xl" />;
  const accounts = byAccount(run.data?.scopes ?? []);
  const over = jobOver && (runOver(run.data?.run) || run.isError);
  const { message } = job.data.progress;
  // A job reports now and then; what the run has written down at its end is exact.
  const ended = over ? run.data?.run : undefined;
  const done = ended?.scopes_done ?? job.data.progress.done;
  const total = ended?.scopes_total ?? job.data.progress.total;
  return (
    <Panel
      title={
        <span className="flex items-center gap-2.5">
          Sync <StateBadge state={standing(job.data, over, run.data?.run)} />
        </span>
      }
      aside={!jobOver && <Stop job={job.data} />}
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="min-w-0 break-words text-ink-soft" aria-live="polite">
          {over ? <Ending job={job.data} run={run.data?.run} /> : jobOver ? "Finishing" : message || STARTING[job.data.state] || "Starting"}
        </span>
        <span className="font-medium">{total > 0 && `${formatNumber(done)} of ${formatCount(total, "listing")}`}</span>
      </div>
      <div className="mt-2">
        <Meter done={done} total={total} label="Sync progress" />
      </div>
      {accounts.length > 0 && (
        <ul className="mt-4 grid gap-x-8 gap-y-3 sm:grid-cols-2 xl:grid-cols-3">
          {accounts.map((account) => (
            <AccountLine key={account.account_id} account={account} />
          ))}
        </ul>
      )}
      <p className="mt-4 text-[13px] text-ink-faint">
        {triggerWords(job.data)} ·{" "}
        <Link to="/sync/$runId" params={{ runId: id }} className="font-medium text-accent hover:underline">
          Every listing
        </Link>
      </p>
    </Panel>
  );
}

/** What came of it, in a sentence. */
function Ending({ job, run }: { job: Job; run: SyncRun | undefined }) {
  if (job.error) return <span className="text-bad">{job.error}</span>;
  if (run?.duration_ms == null) return "Ended";
  const { rows_seen, rows_new, rows_changed, rows_missing } = run.counts;
  return [
    `${formatCount(rows_seen, "row")} in ${formatDuration(run.duration_ms)}`,
    `${formatNumber(rows_new)} new, ${formatNumber(rows_changed)} changed, ${formatNumber(rows_missing)} missing`,
  ].join(": ");
}

function AccountLine({ account }: { account: AccountProgress }) {
  return (
    <li>
      <div className="flex items-baseline justify-between gap-3 text-[13px]">
        <span className="truncate font-medium">{account.account_name}</span>
        <span className={troubled(account) ? "text-bad" : "text-ink-faint"}>
          {troubled(account) ? troubleWords(account) : formatCount(account.rows, "row")}
        </span>
      </div>
      <div className="mt-1">
        <Meter
          done={account.done}
          total={account.scopes.length}
          label={`Progress of ${account.account_name}`}
          tone={troubled(account) ? "bad" : "accent"}
        />
      </div>
    </li>
  );
}

function Stop({ job }: { job: Job }) {
  const allowed = useMay("run_sync");
  const cancel = useMutation({
    mutationFn: () => jobs.cancel(job.id),
    onError: (error) => toastError("The sync was not stopped", error),
  });
  if (!allowed) return null;
  return (
    <Button small busy={cancel.isPending} disabled={cancel.isSuccess} onClick={() => cancel.mutate()}>
      {cancel.isSuccess ? "Stopping" : "Stop"}
    </Button>
  );
}
