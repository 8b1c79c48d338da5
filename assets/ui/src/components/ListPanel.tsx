// A list read page by page, in each of its states: loading, failed, empty, rows, more to come.
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { Page } from "../api/types";
import { formatCount, formatNumber } from "../lib/format";
import { AsOf } from "./AsOf";
import { Button } from "./Button";
import { DataTable, type Column } from "./DataTable";
import { Failed, SkeletonRows } from "./States";

interface ListPanelProps<T> {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  onOpen?: (row: T) => void;
  card: (row: T) => React.ReactNode;
  empty: React.ReactNode;
  /** What one row is called. */
  noun: string;
  nouns?: string;
  /** Lists that do not come from a sync have no age to show. */
  synced?: boolean;
}

export function ListPanel<T>({ query, empty, noun, nouns, synced = false, ...table }: ListPanelProps<T>) {
  const pages = query.data?.pages;
  const rows = pages?.flatMap((page) => page.items) ?? [];
  const last = pages?.at(-1);
  return (
    <div className="min-w-0 rounded-xl border border-line bg-panel shadow-panel">
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : last === undefined ? (
        <SkeletonRows />
      ) : rows.length === 0 ? (
        empty
      ) : (
        <DataTable {...table} rows={rows} waiting={query.isPlaceholderData} />
      )}
      {last !== undefined && !query.isError && (
        <footer className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-2.5 text-[13px] text-ink-faint sm:px-5">
          <span>
            {rows.length < last.total
              ? `${formatNumber(rows.length)} of ${formatCount(last.total, noun, nouns)}`
              : formatCount(last.total, noun, nouns)}
          </span>
          {query.hasNextPage && (
            <Button small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show more
            </Button>
          )}
          {synced && <AsOf at={last.as_of} />}
        </footer>
      )}
    </div>
  );
}
