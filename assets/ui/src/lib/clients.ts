// Rows by the client they belong to. Pure.

interface Owned {
  organization_id: string;
  organization_name: string;
}

export interface ClientGroup<T> {
  id: string;
  name: string;
  rows: T[];
}

/** One group for each client, by name. */
export function byOrganization<T extends Owned>(rows: T[]): ClientGroup<T>[] {
  const groups = new Map<string, ClientGroup<T>>();
  for (const row of rows) {
    const group = groups.get(row.organization_id) ?? { id: row.organization_id, name: row.organization_name, rows: [] };
    groups.set(row.organization_id, group);
    group.rows.push(row);
  }
  return [...groups.values()].sort((one, other) => one.name.localeCompare(other.name));
}
