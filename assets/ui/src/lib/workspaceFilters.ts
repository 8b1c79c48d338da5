// The filters of the WorkSpaces list: which parameters of the address they are, and what the
// API is asked.
import type { Query } from "../api/endpoints";
import type { Count, Facets } from "../api/types";
import { value, values, type Search } from "./address";
import { formatConstant } from "./format";

/** Filters that take several values, in the order they are shown. */
export const FACETS = [
  { key: "state", title: "State" },
  { key: "running_mode", title: "Running mode" },
  { key: "compute_type", title: "Compute type" },
  { key: "account_id", title: "Account" },
  { key: "region", title: "Region" },
  { key: "bundle_id", title: "Bundle" },
  { key: "directory_id", title: "Directory" },
  { key: "operating_system", title: "Operating system" },
] as const;

/** Filters whose values are constants of AWS, which are read aloud; all others are shown as they are. */
const CONSTANTS = ["state", "running_mode", "compute_type", "operating_system", "connection_state"];

const LISTS: string[] = [...FACETS.map((facet) => facet.key), "connection_state", "user_name"];
const SINGLES = ["last_connected_before", "never_connected", "include_gone", "q", "sort"];
const TAG = "tag.";

export const isTag = (key: string) => key.startsWith(TAG);
export const tagParameter = (key: string) => TAG + key;
export const tagKey = (parameter: string) => parameter.slice(TAG.length);

/** What the API is asked for an address; parameters that are none of its filters stay here. */
export function workspaceQuery(search: Search): Query {
  const query: Query = {};
  for (const key of Object.keys(search)) {
    const given = values(search, key);
    if (given.length === 0) continue;
    if (LISTS.includes(key) || isTag(key)) query[key] = given;
    else if (SINGLES.includes(key)) query[key] = given[0];
    else if (key === "org") query.organization_id = given[0];
  }
  return query;
}

export interface ActiveFilter {
  parameter: string;
  value: string;
  name: string;
}

/** Every filter in force except the search text, for showing and taking back one by one. */
export function activeFilters(search: Search): ActiveFilter[] {
  const found: ActiveFilter[] = [];
  for (const parameter of Object.keys(search).sort()) {
    const name = filterName(parameter);
    if (name === undefined) continue;
    for (const one of values(search, parameter)) found.push({ parameter, value: one, name });
  }
  return found;
}

function filterName(parameter: string): string | undefined {
  if (isTag(parameter)) return `Tag ${tagKey(parameter)}`;
  const facet = FACETS.find((one) => one.key === parameter);
  if (facet) return facet.title;
  return {
    connection_state: "Connection",
    user_name: "User",
    last_connected_before: "Last connected before",
    never_connected: "Never connected",
    include_gone: "Missing and deleted included",
  }[parameter];
}

/** A value of a filter, for people. */
export function valueWords(parameter: string, label: string): string {
  return CONSTANTS.includes(parameter) ? formatConstant(label) : label;
}

/** A filter in force. A value that the inventory does not know stands as the address has it. */
export function filterWords(filter: ActiveFilter, facets: Facets | undefined): string {
  const { parameter, value: given, name } = filter;
  if (given === "true") return name;
  if (given === "") return `${name}: any value`;
  const counts = (facets as Record<string, Count[]> | undefined)?.[parameter];
  if (counts === undefined) return `${name}: ${valueWords(parameter, given)}`;
  const known = counts.find((one) => one.key === given);
  return `${name}: ${known ? valueWords(parameter, known.label) : given}`;
}

/** The changes that take one filter value back. */
export function without(search: Search, filter: ActiveFilter): Search {
  const rest = values(search, filter.parameter).filter((one) => one !== filter.value);
  return { [filter.parameter]: rest.length > 0 ? rest : undefined };
}

/** The changes that take every filter back. */
export function withoutAll(search: Search): Search {
  const changes: Search = { q: undefined };
  for (const filter of activeFilters(search)) changes[filter.parameter] = undefined;
  return changes;
}

export const sortOf = (search: Search) => value(search, "sort") ?? "user_name";
