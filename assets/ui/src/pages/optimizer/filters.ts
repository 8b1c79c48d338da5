// Which parameters of the address narrow the recommendations, and what the API is asked.
import type { Query } from "../../api/endpoints";
import { value, values, type Search } from "../../lib/address";

export const LISTS = ["account_id", "kind", "confidence"] as const;

export function adviceFilters(search: Search): Query {
  const query: Query = { sort: value(search, "sort") ?? "-saving" };
  for (const key of LISTS) {
    const given = values(search, key);
    if (given.length > 0) query[key] = given;
  }
  const organization = value(search, "org");
  if (organization !== undefined) query.organization_id = organization;
  return query;
}

export function isFiltered(search: Search): boolean {
  return LISTS.some((key) => values(search, key).length > 0);
}

export const withoutFilters: Search = Object.fromEntries(LISTS.map((key) => [key, undefined]));

/** The desktop that a recommendation's id names. */
export function desktopOf(id: string): string | undefined {
  return /ws-[0-9a-z]+/.exec(id)?.[0];
}
