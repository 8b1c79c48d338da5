// Adds up the scopes of a run, for the whole run and for each account.
import type { ScopeRun } from "../../api/types";

export interface AccountProgress {
  account_id: string;
  account_name: string;
  scopes: ScopeRun[];
  done: number;
  failed: number;
  /** Not tried at all: the account could not be reached. */
  skipped: number;
  rows: number;
  calls: number;
}

const OVER = new Set(["complete", "partial", "failed", "skipped", "interrupted"]);
const TROUBLE = new Set(["partial", "failed", "interrupted"]);

export const scopeOver = (scope: ScopeRun) => OVER.has(scope.status);
export const scopeFailed = (scope: ScopeRun) => TROUBLE.has(scope.status);

export const troubled = (account: AccountProgress) => account.failed + account.skipped > 0;

/** `1 failed, 5 skipped`. */
export function troubleWords({ failed, skipped }: { failed: number; skipped: number }): string {
  return [failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`].filter(Boolean).join(", ");
}

/** Those with trouble first, then accounts at work, then by name. */
export function byAccount(scopes: ScopeRun[]): AccountProgress[] {
  const accounts = new Map<string, AccountProgress>();
  for (const scope of scopes) {
    const known = accounts.get(scope.account_id) ?? {
      account_id: scope.account_id,
      account_name: scope.account_name,
      scopes: [],
      done: 0,
      failed: 0,
      skipped: 0,
      rows: 0,
      calls: 0,
    };
    accounts.set(scope.account_id, {
      ...known,
      scopes: [...known.scopes, scope],
      done: known.done + Number(scopeOver(scope)),
      failed: known.failed + Number(scopeFailed(scope)),
      skipped: known.skipped + Number(scope.status === "skipped"),
      rows: known.rows + scope.counts.rows_seen,
      calls: known.calls + scope.counts.calls_made,
    });
  }
  const rank = (one: AccountProgress) => (troubled(one) ? 0 : one.done < one.scopes.length ? 1 : 2);
  return [...accounts.values()].sort((a, b) => rank(a) - rank(b) || a.account_name.localeCompare(b.account_name));
}
