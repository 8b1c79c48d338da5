// One run: what each listing did, and what went wrong in AWS's words.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { syncRunQuery } from "../../api/queries";
import type { SyncRunDetail } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { buttonClass } from "../../components/Button";
import { Fact, Facts } from "../../components/Facts";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { Age, Time } from "../../components/Time";
import { formatDuration, formatNumber } from "../../lib/format";
import { CurrentRun } from "./CurrentRun";
import { scopeFailed, troubleWords } from "./progress";
import { ScopeTable } from "./ScopeTable";
import { triggerWords } from "./words";

export function SyncRunPage() {
  const { runId } = useParams({ strict: false }) as { runId: string };
  const query = useQuery(syncRunQuery(runId));
  const { data } = query;
  const atWork = data?.run.status === "running" || data?.run.status === "waiting";
  return (
    <Page
      title="Sync run"
      trail={
        <Link to="/sync" className="inline-flex items-center gap-1 hover:text-ink">
          <ChevronLeft aria-hidden className="size-3.5" /> All runs
        </Link>
      }
      marks={data && <StateBadge state={data.run.status} />}
      lead={
        data && (
          <>
            Started <Age at={data.run.started_at} /> · {triggerWords(data.run)}
          </>
        )
      }
    >
      {query.isError ? (
        <Panel flush>
          <Failed
            error={query.error}
            onRetry={() => void query.refetch()}
            list={
              <Link to="/sync" className={buttonClass("plain", true)}>
                All runs
              </Link>
            }
          />
        </Panel>
      ) : data === undefined ? (
        <SkeletonPanel className="h-64" />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
          {atWork && <CurrentRun id={runId} />}
          <Sums detail={data} />
          <ScopeTable scopes={data.scopes} />
        </div>
      )}
    </Page>
  );
}

function Sums({ detail: { run, scopes } }: { detail: SyncRunDetail }) {
  const { counts } = run;
  const trouble = troubleWords({
    failed: scopes.filter(scopeFailed).length,
    skipped: scopes.filter((scope) => scope.status === "skipped").length,
  });
  return (
    <Panel>
      <div className="[&_dl]:grid-cols-2 [&_dl]:lg:grid-cols-5">
        <Facts>
          <Fact name="Started">
            <Time at={run.started_at} />
          </Fact>
          <Fact name="Ended">
            <Time at={run.completed_at} none="not yet" />
          </Fact>
          <Fact name="Duration">{run.duration_ms != null && formatDuration(run.duration_ms)}</Fact>
          <Fact name="Accounts">{formatNumber(run.accounts)}</Fact>
          <Fact name="Listings">
            {formatNumber(run.scopes_done)} of {formatNumber(run.scopes_total)}
            {trouble && <span className="text-bad">, {trouble}</span>}
          </Fact>
          <Fact name="Rows seen">{formatNumber(counts.rows_seen)}</Fact>
          <Fact name="New / changed">
            {formatNumber(counts.rows_new)} / {formatNumber(counts.rows_changed)}
          </Fact>
          <Fact name="Missing / deleted">
            {formatNumber(counts.rows_missing)} / {formatNumber(counts.rows_deleted)}
          </Fact>
          <Fact name="API calls">{formatNumber(counts.calls_made)}</Fact>
          <Fact name="Calls per 25 desktops">{run.calls_per_25_desktops?.toFixed(2)}</Fact>
        </Facts>
      </div>
    </Panel>
  );
}
