// What chosen recommendations add up to, and what keeps them from being one plan. Pure.
import type { Recommendation } from "../../api/types";

/** A month; undefined where none of them has a price. */
export function savingOf(rows: Recommendation[]): number | undefined {
  const priced = rows.filter((row) => row.saving != null);
  return priced.length === 0 ? undefined : priced.reduce((sum, row) => sum + (row.saving ?? 0), 0);
}

/** Desktops that more than one of the rows would change. */
export function repeated(rows: Recommendation[]): string[] {
  const seen = new Set<string>();
  const twice = new Map<string, string>();
  for (const row of rows) {
    const key = [row.account_id, row.region, row.workspace_id].join("/");
    if (seen.has(key)) twice.set(key, row.user_name ?? row.workspace_id);
    seen.add(key);
  }
  return [...twice.values()];
}
