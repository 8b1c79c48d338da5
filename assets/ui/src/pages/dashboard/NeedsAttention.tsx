// What is failing, before any number that may suffer from it.
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Alert, Count, ScopeRun } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Age } from "../../components/Time";
import { formatAlert, formatCount, idOnce } from "../../lib/format";
import { concerns, whereFailed, type Concern } from "./failures";

const SHORT = 4;

interface NeedsAttentionProps {
  scopes: ScopeRun[];
  alerts: Alert[];
  /** Accounts by id, with their names. */
  accounts: Count[];
}

export function NeedsAttention({ scopes, alerts, accounts }: NeedsAttentionProps) {
  const [all, setAll] = useState(false);
  if (scopes.length === 0 && alerts.length === 0) return null;
  const found = concerns(alerts, scopes);
  const shown = all ? found : found.slice(0, SHORT);
  return (
    <section aria-labelledby="attention" className="overflow-hidden rounded-xl border border-warn/40 bg-panel shadow-panel">
      <header className="flex items-center gap-2.5 bg-warn-soft px-4 py-2.5 text-warn sm:px-5">
        <TriangleAlert aria-hidden className="size-4 shrink-0" />
        <h2 id="attention" className="text-sm font-semibold">
          Needs attention
        </h2>
        <span className="text-[13px]">{summary(found)}</span>
      </header>
      <ul className="divide-y divide-line">
        {shown.map((concern) => (
          <ConcernRow
            key={concern.key}
            concern={concern}
            name={concern.account_name ?? accounts.find((one) => one.key === concern.account_id)?.label}
          />
        ))}
      </ul>
      {found.length > SHORT && (
        <div className="border-t border-line px-3 py-2">
          <Button small kind="quiet" onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show all ${found.length}`}
          </Button>
        </div>
      )}
    </section>
  );
}

function summary(found: Concern[]): string {
  const accounts = found.filter((concern) => concern.account_id !== undefined).length;
  return [
    accounts > 0 && formatCount(accounts, "account"),
    found.length > accounts && formatCount(found.length - accounts, "alert"),
  ]
    .filter(Boolean)
    .join(" · ");
}

function ConcernRow({ concern, name }: { concern: Concern; name: string | undefined }) {
  const { account_id, alerts, groups } = concern;
  return (
    <li className="flex flex-col gap-y-2 px-4 py-3 text-sm sm:px-5">
      {account_id !== undefined && (
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">{name ?? account_id}</span>
          {[...new Set(groups.map((group) => group.status))].map((status) => (
            <StateBadge key={status} state={status} />
          ))}
          <span className="ml-auto">
            <AccountLink id={account_id} />
          </span>
        </div>
      )}
      {alerts.map((alert) => (
        <div key={alert.id} className="flex flex-wrap items-baseline gap-x-4">
          {/* What failed says it in AWS's words below. */}
          {(alert.kind !== "credentials" || groups.length === 0) && (
            <span className="min-w-0 flex-1 basis-72 break-words">{idOnce(alert.message)}</span>
          )}
          <span className="text-[13px] text-ink-faint">
            {formatAlert(alert.kind)}
            {alert.region && ` · ${alert.region}`} · since <Age at={alert.raised_at} />
          </span>
        </div>
      ))}
      {groups.map((group) => (
        <div key={group.key} className="flex flex-wrap items-start gap-x-4 gap-y-1">
          <p className="basis-64 text-[13px] text-ink-faint">{whereFailed(group.scopes)}</p>
          <div className="min-w-0 flex-1 basis-72">
            {group.failure ? <Failure failure={group.failure} /> : <span className="text-ink-soft">{group.note}</span>}
          </div>
        </div>
      ))}
    </li>
  );
}

function AccountLink({ id }: { id: string }) {
  return (
    <Link to="/accounts/$accountId" params={{ accountId: id }} className="text-[13px] font-medium text-accent hover:underline">
      Open account
    </Link>
  );
}
