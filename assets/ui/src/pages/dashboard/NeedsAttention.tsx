// What is failing, before any number that may suffer from it.
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Alert, ScopeRun } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Age } from "../../components/Time";
import { formatConstant, formatCount } from "../../lib/format";
import { groupFailures, whereFailed } from "./failures";

const SHORT = 4;

interface NeedsAttentionProps {
  scopes: ScopeRun[];
  alerts: Alert[];
}

export function NeedsAttention({ scopes, alerts }: NeedsAttentionProps) {
  const [all, setAll] = useState(false);
  if (scopes.length === 0 && alerts.length === 0) return null;
  const parts = [
    ...(alerts.length ? [formatCount(alerts.length, "alert")] : []),
    ...(scopes.length ? [`${formatCount(scopes.length, "listing")} not complete`] : []),
  ];
  const groups = groupFailures(scopes);
  const shown = all ? groups : groups.slice(0, SHORT);
  return (
    <section aria-labelledby="attention" className="overflow-hidden rounded-xl border border-warn/40 bg-panel shadow-panel">
      <header className="flex items-center gap-2.5 bg-warn-soft px-4 py-2.5 text-warn sm:px-5">
        <TriangleAlert aria-hidden className="size-4 shrink-0" />
        <h2 id="attention" className="text-sm font-semibold">
          Needs attention
        </h2>
        <span className="text-[13px]">{parts.join(" · ")}</span>
      </header>
      <ul className="divide-y divide-line">
        {alerts.map((alert) => (
          <li key={alert.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 text-sm sm:px-5">
            <span className="min-w-0 flex-1 basis-72 break-words">{alert.message}</span>
            <span className="text-[13px] text-ink-faint">
              {formatConstant(alert.kind.toUpperCase())} · since <Age at={alert.raised_at} />
            </span>
            {alert.account_id && <AccountLink id={alert.account_id} />}
          </li>
        ))}
        {shown.map((group) => (
          <li key={group.key} className="flex flex-wrap items-start gap-x-4 gap-y-1.5 px-4 py-3 text-sm sm:px-5">
            <div className="basis-64">
              <div className="flex flex-wrap items-center gap-2">
                <span className="font-medium">{group.account_name}</span>
                <StateBadge state={group.status} />
              </div>
              <p className="text-[13px] text-ink-faint">{whereFailed(group.scopes)}</p>
            </div>
            <div className="min-w-0 flex-1 basis-72">
              {group.failure ? <Failure failure={group.failure} /> : <span className="text-ink-soft">{group.note}</span>}
            </div>
            <AccountLink id={group.account_id} />
          </li>
        ))}
      </ul>
      {groups.length > SHORT && (
        <div className="border-t border-line px-3 py-2">
          <Button small kind="quiet" onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show all ${groups.length}`}
          </Button>
        </div>
      )}
    </section>
  );
}

function AccountLink({ id }: { id: string }) {
  return (
    <Link to="/accounts/$accountId" params={{ accountId: id }} className="text-[13px] font-medium text-accent hover:underline">
      Open account
    </Link>
  );
}
