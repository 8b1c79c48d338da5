// The newest run in one line.
import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { Panel } from "../../components/Panel";
import { Age } from "../../components/Time";
import { formatCount, formatDuration, formatNumber } from "../../lib/format";

export function LastSync({ run }: { run: Dashboard["last_run"] }) {
  if (!run) return null;
  return (
    <Panel
      title="Last sync"
      aside={
        <Link to="/sync/$runId" params={{ runId: run.id }} className="font-medium text-accent hover:underline">
          Every listing of this run
        </Link>
      }
    >
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm text-ink-soft">
        <StateBadge state={run.status} />
        <span>
          started <Age at={run.started_at} />
        </span>
        {run.duration_ms != null && <span>took {formatDuration(run.duration_ms)}</span>}
        <span>{formatCount(run.accounts, "account")}</span>
        <span>{formatCount(run.counts.rows_seen, "row")} seen</span>
        <span>
          {formatNumber(run.counts.rows_new)} new, {formatNumber(run.counts.rows_changed)} changed,{" "}
          {formatNumber(run.counts.rows_missing)} missing
        </span>
        <span>{formatCount(run.counts.calls_made, "API call")}</span>
      </p>
    </Panel>
  );
}
