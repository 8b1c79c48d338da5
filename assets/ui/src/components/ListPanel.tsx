// A list read page by page, in each of its states: loading, failed, empty, rows, more to come.
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { Page } from "../api/types";
import { formatCount, formatNumber } from "../lib/format";
import { useWide } from "../state/media";
import { AsOf } from "./AsOf";
import { Button } from "./Button";
import { DataTable, type TableProps } from "./DataTable";
import { Failed, SkeletonRows } from "./States";
import { ColumnTools } from "./table/ColumnTools";
import { useTableLayout, type TableLayout } from "./table/useTableLayout";

type FromTable<T> = Omit<TableProps<T>, "rows" | "waiting" | "total" | "onEnd" | "layout">;

interface ListPanelProps<T> extends FromTable<T> {
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  empty: React.ReactNode;
  /** What one row is called. */
  noun: string;
  nouns?: string;
  /** Lists that do not come from a sync have no age to show. */
  synced?: boolean;
}

/** The list with its columns as the person wants them, chosen at its foot. */
export function ListPanel<T>(props: ListPanelProps<T>) {
  const layout = useTableLayout(props.label, props.columns);
  const wide = useWide();
  return <List {...props} layout={layout} tools={wide && <ColumnTools layout={layout} />} />;
}

interface ListProps<T> extends ListPanelProps<T> {
  layout: TableLayout;
  tools?: React.ReactNode;
  /** At the foot: what the keyboard does. */
  hint?: React.ReactNode;
}

/** For pages that have the choice of columns elsewhere. */
export function List<T>({ query, empty, noun, nouns, synced = false, tools, hint, ...table }: ListProps<T>) {
  const pages = query.data?.pages;
  const { rowKey } = table;
  const rows = useMemo(() => once(pages ?? [], rowKey), [pages, rowKey]);
  const last = pages?.at(-1);
  const wide = useWide();
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <div className="min-w-0 rounded-xl border border-line bg-panel shadow-panel">
      {query.isError && !last ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : last === undefined || !table.layout.ready ? (
        <SkeletonRows />
      ) : rows.length === 0 ? (
        empty
      ) : (
        <DataTable {...table} rows={rows} waiting={query.isPlaceholderData} total={last.total} onEnd={hasNextPage ? more : undefined} />
      )}
      {query.isError && last !== undefined && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {last !== undefined && (
        <footer className="flex min-h-13 flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-2 text-[13px] text-ink-faint sm:px-5">
          <span>{formatCount(last.total, noun, nouns)}</span>
          {rows.length < last.total && <span>{formatNumber(rows.length)} read so far</span>}
          {hint && wide && <span className="hidden xl:inline">{hint}</span>}
          {hasNextPage && !wide && (
            <Button small kind="quiet" busy={query.isFetchingNextPage} onClick={more}>
              Show more
            </Button>
          )}
          {synced && <AsOf at={last.as_of} />}
          {tools && <span className="ml-auto">{tools}</span>}
        </footer>
      )}
    </div>
  );
}

/** A row that moved while pages were read may be on two of them. */
function once<T>(pages: readonly Page<T>[], rowKey: (row: T) => string): T[] {
  const [only] = pages;
  if (pages.length <= 1) return only?.items ?? [];
  const seen = new Set<string>();
  return pages.flatMap((page) =>
    page.items.filter((row) => {
      const key = rowKey(row);
      return !seen.has(key) && seen.add(key);
    }),
  );
}
