// Every row that matches, read through the cursor for a choice over all pages.
import { inventory, type Query } from "../../api/endpoints";
import type { Workspace } from "../../api/types";

/** More than this is not chosen at once: it is the most that people can answer for, and that plans hold well. */
export const MOST_CHOSEN = 5000;

export async function readMatching(query: Query, onProgress: (read: number) => void, signal: AbortSignal): Promise<Workspace[]> {
  const rows: Workspace[] = [];
  let cursor: string | undefined;
  do {
    const page = await inventory.workspaces({ ...query, limit: 500, cursor });
    if (signal.aborted) return [];
    rows.push(...page.items);
    onProgress(Math.min(rows.length, MOST_CHOSEN));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && rows.length < MOST_CHOSEN);
  return rows.slice(0, MOST_CHOSEN);
}
