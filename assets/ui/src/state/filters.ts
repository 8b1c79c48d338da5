// Filters live in the address: reading and changing them.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Query } from "../api/endpoints";
import { value, type Search } from "../lib/address";

export function useFilters() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (changes: Search, replace = false) =>
      void navigate({
        to: ".",
        search: (before: Search) => ({ ...before, ...changes }),
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  return { search, change };
}

/** The organization chosen in the address; absent means all that the person may see. */
export function useOrganization(): string | undefined {
  return value(useSearch({ strict: false }), "org");
}

/** The query parameter that narrows a list to the chosen organization. */
export function useScope(): Query {
  const organization = useOrganization();
  return organization === undefined ? {} : { organization_id: organization };
}

/** Search, order and organization of a plain list, as the address has them. */
export function useListState(defaultSort: string) {
  const { search, change } = useFilters();
  const scope = useScope();
  const q = value(search, "q") ?? "";
  const sort = value(search, "sort") ?? defaultSort;
  const query: Query = { ...scope, ...(q ? { q } : {}), sort };
  return { q, sort, query, change };
}

export type ListState = ReturnType<typeof useListState>;
