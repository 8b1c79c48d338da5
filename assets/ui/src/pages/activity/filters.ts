// Which parameters of the address narrow the activity, and what the API is asked.
import type { Query } from "../../api/endpoints";
import { value, values, type Search } from "../../lib/address";

const LISTS = ["account_id", "event_name", "user_name", "region", "workspace_id"];

/** Events that people look for; the rest is found by searching. */
export const EVENT_NAMES = [
  "CreateWorkspaces",
  "ModifyWorkspaceProperties",
  "ModifyWorkspaceState",
  "StartWorkspaces",
  "StopWorkspaces",
  "RebootWorkspaces",
  "RebuildWorkspaces",
  "RestoreWorkspace",
  "MigrateWorkspace",
  "TerminateWorkspaces",
  "CreateTags",
  "DeleteTags",
];

export function eventFilters(search: Search): Query {
  const query: Query = { sort: value(search, "sort") ?? "-event_time" };
  for (const key of LISTS) {
    const given = values(search, key);
    if (given.length > 0) query[key] = given;
  }
  const [q, from, to, organization] = ["q", "from", "to", "org"].map((key) => value(search, key));
  if (q) query.q = q;
  if (from) query.from = `${from}T00:00:00Z`;
  // The last day is meant to be in it.
  if (to) query.to = new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString().replace(".000", "");
  if (organization) query.organization_id = organization;
  return query;
}

export const withoutFilters: Search = Object.fromEntries([...LISTS, "q", "from", "to"].map((key) => [key, undefined]));

export function isFiltered(search: Search): boolean {
  return Object.keys(withoutFilters).some((key) => values(search, key).length > 0);
}
