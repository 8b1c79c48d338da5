// The saved views of one list: which one the address shows, whether it was changed since, and opening one.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { viewsQuery, type SavedView } from "../api/views";
import { value, type Search } from "../lib/address";
import { isBare, isChanged, NO_VIEW, withView } from "../lib/views";
import { useFilters } from "./filters";

export interface Views {
  page: string;
  all: SavedView[];
  current: SavedView | undefined;
  changed: boolean;
  open: (view: SavedView | undefined, replace?: boolean) => void;
  /** It is not known yet whether the page opens with a view. */
  pending: boolean;
}

const NONE: SavedView[] = [];

export function useViews(page: string): Views {
  const { search } = useFilters();
  const navigate = useNavigate();
  const query = useQuery({ ...viewsQuery(page), retry: false });
  const all = query.data?.items ?? NONE;
  const current = all.find((view) => view.view_id === value(search, "view"));
  const open = useCallback(
    (view: SavedView | undefined, replace = false) =>
      void navigate({
        to: ".",
        search: (before: Search) => ({ ...(before.org === undefined ? {} : { org: before.org }), ...(view ? withView(view) : { view: NO_VIEW }) }),
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  // A page that was opened without asking for anything shows the person's default.
  const [waiting, setWaiting] = useState(() => isBare(search));
  const first = all.find((view) => view.is_default);
  const opens = waiting && isBare(search) ? first : undefined;
  useEffect(() => {
    if (opens) open(opens, true);
  }, [opens, open]);
  if (waiting && !query.isPending && opens === undefined) setWaiting(false);
  return { page, all, current, changed: current !== undefined && isChanged(search, current), open, pending: waiting && (query.isPending || opens !== undefined) };
}
