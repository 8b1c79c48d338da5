// What chosen recommendations make plans of. Pure.
import type { Recommendation } from "../../api/types";

export interface OrganizationGroup {
  id: string;
  name: string;
  rows: Recommendation[];
  /** A month; undefined where none of them has a price. */
  saving: number | undefined;
}

/** One group for each client, by name. */
export function byOrganization(rows: Recommendation[]): OrganizationGroup[] {
  const groups = new Map<string, OrganizationGroup>();
  for (const row of rows) {
    const group = groups.get(row.organization_id) ?? { id: row.organization_id, name: row.organization_name, rows: [], saving: undefined };
    groups.set(row.organization_id, group);
    group.rows.push(row);
    if (row.saving != null) group.saving = (group.saving ?? 0) + row.saving;
  }
  return [...groups.values()].sort((one, other) => one.name.localeCompare(other.name));
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
