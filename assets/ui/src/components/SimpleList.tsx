// The page of a plain list: search, sort, rows. Directories and bundles are two of these.
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import type { Page as PageOf } from "../api/types";
import type { ListState } from "../state/filters";
import { Button } from "./Button";
import type { Column } from "./DataTable";
import { ListPanel } from "./ListPanel";
import { Page } from "./Page";
import { SearchBox } from "./SearchBox";
import { Empty } from "./States";

interface SimpleListProps<T> {
  title: string;
  lead: string;
  noun: string;
  nouns?: string;
  icon: LucideIcon;
  state: ListState;
  list: UseInfiniteQueryResult<InfiniteData<PageOf<T>>>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  card: (row: T) => React.ReactNode;
  emptyText: string;
}

export function SimpleList<T>({ title, lead, icon, state, list, emptyText, ...table }: SimpleListProps<T>) {
  const { q, sort, change } = state;
  return (
    <Page title={title} lead={lead}>
      <SearchBox
        label={`Search ${title.toLowerCase()}`}
        value={q}
        onChange={(next) => change({ q: next || undefined }, true)}
        className="mb-4 max-w-sm"
      />
      <ListPanel
        {...table}
        label={title}
        synced
        query={list}
        sort={sort}
        onSort={(next) => change({ sort: next })}
        empty={
          q ? (
            <Empty icon={icon} title="Nothing matches" action={<Button onClick={() => change({ q: undefined })}>Clear search</Button>} />
          ) : (
            <Empty icon={icon} title={`No ${title.toLowerCase()} yet`}>
              {emptyText}
            </Empty>
          )
        }
      />
    </Page>
  );
}
