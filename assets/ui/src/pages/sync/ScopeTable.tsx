// The listings of a run, grouped by account; trouble stands first.
import clsx from "clsx";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { ScopeRun } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { Failure } from "../../components/Failure";
import { Panel } from "../../components/Panel";
import { formatCount, formatDuration, formatListing, formatNumber } from "../../lib/format";
import { byAccount, scopeFailed, troubled, troubleWords, type AccountProgress } from "./progress";

const NOT_TRIED = "Not tried: the account's credentials failed.";

export function ScopeTable({ scopes }: { scopes: ScopeRun[] }) {
  if (scopes.length === 0) return <Panel>No listing has begun.</Panel>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {byAccount(scopes).map((account) => (
        <AccountScopes key={account.account_id} account={account} />
      ))}
    </div>
  );
}

function AccountScopes({ account }: { account: AccountProgress }) {
  return (
    <details open={troubled(account)} className="group min-w-0 rounded-xl border border-line bg-panel shadow-panel">
      <summary className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-xl px-4 py-3 text-sm sm:px-5">
        <ChevronRight aria-hidden className="-mr-2 size-4 text-ink-faint transition-transform group-open:rotate-90" />
        <span className="font-medium">{account.account_name}</span>
        {account.account_name !== account.account_id && (
          <span className="font-mono text-[13px] text-ink-faint">{account.account_id}</span>
        )}
        <span className="ml-auto flex flex-wrap gap-x-4 text-[13px] text-ink-faint">
          {troubled(account) && <span className="font-medium text-bad">{troubleWords(account)}</span>}
          <span>
            {account.done} of {formatCount(account.scopes.length, "listing")}
          </span>
          <span>{formatCount(account.rows, "row")}</span>
          <span>{formatCount(account.calls, "call")}</span>
        </span>
      </summary>
      <div className="overflow-x-auto border-t border-line">
        <table className="w-full min-w-[720px] text-left text-[13px]">
          <thead>
            <tr className="border-b border-line text-ink-faint [&_th]:px-3 [&_th]:py-2 [&_th]:font-medium [&_th:first-child]:pl-5">
              <th scope="col">Listing</th>
              <th scope="col">Region</th>
              <th scope="col">Result</th>
              {["Seen", "New", "Changed", "Missing", "Calls", "Duration"].map((name) => (
                <th key={name} scope="col" className="text-right">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {account.scopes.map((scope) => (
              <ScopeRows key={`${scope.region}/${scope.resource_type}`} scope={scope} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="border-t border-line px-5 py-2 text-[13px]">
        <Link to="/accounts/$accountId" params={{ accountId: account.account_id }} className="text-accent hover:underline">
          Open account
        </Link>
      </p>
    </details>
  );
}

function ScopeRows({ scope }: { scope: ScopeRun }) {
  const { counts } = scope;
  const numbers = [counts.rows_seen, counts.rows_new, counts.rows_changed, counts.rows_missing, counts.calls_made];
  const note = scope.note ?? (scope.status === "skipped" && !scope.failure ? NOT_TRIED : undefined);
  const more = scope.failure ?? note;
  return (
    <>
      <tr className={clsx("[&_td]:px-3 [&_td]:py-2 [&_td:first-child]:pl-5", more && "border-b-0")}>
        <td className="whitespace-nowrap">{formatListing(scope.resource_type)}</td>
        <td className="whitespace-nowrap">{scope.region ?? "—"}</td>
        <td>
          <StateBadge state={scope.status} />
        </td>
        {numbers.map((count, index) => (
          <td key={index} className="text-right">
            {formatNumber(count)}
          </td>
        ))}
        <td className="text-right whitespace-nowrap">{scope.duration_ms != null ? formatDuration(scope.duration_ms) : "—"}</td>
      </tr>
      {more && (
        <tr className={clsx("border-t-0", scopeFailed(scope) && "bg-bad-soft/40")}>
          <td colSpan={9} className="px-5 pt-0 pb-2.5">
            {/* Stays readable while a narrow window scrolls the table. */}
            <div className="sticky left-5 max-w-[min(64rem,calc(100vw-4.5rem))]">
              {scope.failure && <Failure failure={scope.failure} />}
              {note && <p className="text-ink-soft">{note}</p>}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}
