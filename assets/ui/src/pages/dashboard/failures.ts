// Listings of one account that failed for the same reason are one thing to look at, not ten.
import type { Alert, ScopeRun } from "../../api/types";
import { formatListing } from "../../lib/format";

export interface FailureGroup {
  key: string;
  account_id: string;
  account_name: string;
  status: ScopeRun["status"];
  failure: ScopeRun["failure"];
  note: ScopeRun["note"];
  scopes: ScopeRun[];
}

/** In the order of each group's first listing: the worst first, as the server gives them. */
export function groupFailures(scopes: ScopeRun[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const scope of scopes) {
    const { account_id, account_name, status, failure, note } = scope;
    const key = [account_id, status, failure?.code, failure?.message, note].join("|");
    const known = groups.get(key);
    if (known) known.scopes.push(scope);
    else groups.set(key, { key, account_id, account_name, status, failure, note, scopes: [scope] });
  }
  return [...groups.values()];
}

/** `WorkSpaces in eu-west-1`, or how many listings in which regions. */
export function whereFailed(scopes: ScopeRun[]): string {
  const types = [...new Set(scopes.map((scope) => formatListing(scope.resource_type)))];
  const regions = [...new Set(scopes.flatMap((scope) => scope.region ?? []))];
  const what = types.length <= 2 ? types.join(", ") : `${types.length} kinds of listing`;
  const where = regions.length <= 3 ? regions.join(", ") : `${regions.length} regions`;
  return where ? `${what} in ${where}` : what;
}

/** What one account, or nobody's in particular, needs looked at. */
export interface Concern {
  key: string;
  account_id: string | undefined;
  account_name: string | undefined;
  alerts: Alert[];
  groups: FailureGroup[];
}

/**
 * One entry for each account: its alerts and what failed. What was not tried for the same reason says
 * nothing more, unless nothing else is known.
 */
export function concerns(alerts: Alert[], scopes: ScopeRun[]): Concern[] {
  const found = new Map<string, Concern>();
  const of = (account: string | null | undefined, alone: string) => {
    const key = account ?? alone;
    const known = found.get(key) ?? { key, account_id: account ?? undefined, account_name: undefined, alerts: [], groups: [] };
    found.set(key, known);
    return known;
  };
  for (const alert of alerts) of(alert.account_id, alert.id).alerts.push(alert);
  for (const group of groupFailures(scopes)) {
    const concern = of(group.account_id, group.account_id);
    concern.account_name = group.account_name;
    concern.groups.push(group);
  }
  for (const concern of found.values()) {
    const tried = concern.groups.filter((group) => group.status !== "skipped");
    if (tried.length > 0 || concern.alerts.length > 0) concern.groups = tried;
  }
  return [...found.values()];
}
