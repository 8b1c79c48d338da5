// Listings of one account that failed for the same reason are one thing to look at, not ten.
import type { ScopeRun } from "../../api/types";

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
  const types = [...new Set(scopes.map((scope) => scope.resource_type.replaceAll("_", " ")))];
  const regions = [...new Set(scopes.flatMap((scope) => scope.region ?? []))];
  const what = types.length <= 2 ? types.join(", ") : `${types.length} kinds of listing`;
  const where = regions.length <= 3 ? regions.join(", ") : `${regions.length} regions`;
  return where ? `${what} in ${where}` : what;
}
