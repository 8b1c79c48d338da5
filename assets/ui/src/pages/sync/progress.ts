// Adds up the scopes of a run, for the whole run and for each account.
import type { ScopeRun } from "../../api/types";

export interface AccountProgress {
  account_id: string;
  account_name: string;
  scopes: ScopeRun[];
  done: number;
  failed: number;
  rows: number;
  calls: number;
}

const OVER = new Set(["complete", "partial", "failed", "skipped", "interrupted"]);
const TROUBLE = new Set(["partial", "failed", "interrupted", "skipped"]);

export const scopeOver = (scope: ScopeRun) => OVER.has(scope.status);
export const scopeFailed = (scope: ScopeRun) => TROUBLE.has(scope.status);

/** Accounts at work first, then those with trouble, then by name. */
export function byAccount(scopes: ScopeRun[]): AccountProgress[] {
  const accounts = new Map<string, AccountProgress>();
  for (const scope of scopes) {
    const known = accounts.get(scope.account_id) ?? {
      account_id: scope.account_id,
      account_name: scope.account_name,
      scopes: [],
      done: 0,
      failed: 0,
      rows: 0,
      calls: 0,
    };
    accounts.set(scope.account_id, {
      ...known,
      scopes: [...known.scopes, scope],
      done: known.done + Number(scopeOver(scope)),
      failed: known.failed + Number(scopeFailed(scope)),
      rows: known.rows + scope.counts.rows_seen,
      calls: known.calls + scope.counts.calls_made,
    });
  }
  const rank = (one: AccountProgress) => (one.failed > 0 ? 0 : one.done < one.scopes.length ? 1 : 2);
  return [...accounts.values()].sort((a, b) => rank(a) - rank(b) || a.account_name.localeCompare(b.account_name));
}
