// Which columns a table shows and in which order: from the address, else from what the person
// chose before, else the usual ones. Pure.

/** Instead of a list of columns: every one. */
export const ALL = "all";

/** What is kept for a person, by table. */
export interface KeptLayout {
  columns?: string[];
  pinned?: string[];
  widths?: Record<string, number>;
}

export interface Known {
  all: readonly string[];
  usual: readonly string[];
}

export function shownColumns(given: string | undefined, kept: KeptLayout | undefined, { all, usual }: Known): string[] {
  if (given === ALL) return [...all];
  const known = (ids: readonly string[] | undefined) => (ids ?? []).filter((id) => all.includes(id));
  for (const ids of [known(given?.split(",")), known(kept?.columns)]) if (ids.length > 0) return ids;
  return [...usual];
}

/** As the address has them; nothing for the usual ones. */
export function columnsParameter(shown: readonly string[], { all, usual }: Known): string | undefined {
  if (shown.length === 0 || shown.join() === usual.join()) return undefined;
  return shown.join() === all.join() ? ALL : shown.join(",");
}

/** With one column shown or hidden; one that comes back stands where it usually does. */
export function withColumn(shown: readonly string[], id: string, all: readonly string[]): string[] {
  if (shown.includes(id)) return shown.length > 1 ? shown.filter((one) => one !== id) : [...shown];
  const before = all.slice(0, all.indexOf(id)).findLast((one) => shown.includes(one));
  const at = before === undefined ? 0 : shown.indexOf(before) + 1;
  return [...shown.slice(0, at), id, ...shown.slice(at)];
}

export function moved(ids: readonly string[], id: string, to: number): string[] {
  const rest = ids.filter((one) => one !== id);
  const at = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, at), id, ...rest.slice(at)];
}

/** Pinned columns first, in the order they are shown in. */
export function drawnOrder(shown: readonly string[], pinned: readonly string[]): string[] {
  const first = shown.filter((id) => pinned.includes(id));
  return [...first, ...shown.filter((id) => !pinned.includes(id))];
}

/** The name under which a table's layout is kept, from its label. */
export const tableName = (label: string) => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
