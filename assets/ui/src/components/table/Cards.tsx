// The rows of a table in a narrow window, one card each.
import clsx from "clsx";
import { useEffect, useRef } from "react";
import { RowCheck } from "../RowCheck";
import type { Column, TableProps } from "./types";

export function Cards<T>(props: TableProps<T>) {
  const { label, rows, columns, rowKey, card, sort, onSort, waiting = false, onEnd, selection, choiceLabel } = props;
  return (
    <>
      {onSort && <SortSelect columns={columns} sort={sort} onSort={onSort} />}
      <ul aria-label={label} aria-busy={waiting} className={clsx("divide-y divide-line", waiting && "opacity-60")}>
        {rows.map((row) => (
          // What is out of view is not laid out; thousands of cards stay quick.
          <li key={rowKey(row)} className="flex items-start gap-3 px-4 py-3 [contain-intrinsic-size:auto_96px] [content-visibility:auto]">
            {selection && (
              <RowCheck
                label={choiceLabel?.(row) ?? "Choose this row"}
                checked={selection.has(row)}
                disabled={!selection.can(row)}
                onChange={() => selection.toggle(row)}
              />
            )}
            <div className="min-w-0 flex-1">{card(row)}</div>
          </li>
        ))}
      </ul>
      {onEnd && <End onSeen={onEnd} />}
    </>
  );
}

/** Asks for more before it is scrolled into view. */
function End({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!mark.current || !("IntersectionObserver" in window)) return;
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && onSeen(), { rootMargin: "800px" });
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [onSeen]);
  return <div ref={mark} />;
}

interface SortSelectProps<T> {
  columns: Column<T>[];
  sort: string | undefined;
  onSort: (sort: string) => void;
}

/** Cards have no headings to press. */
function SortSelect<T>({ columns, sort, onSort }: SortSelectProps<T>) {
  const sortable = columns.filter((column) => column.sortable);
  return (
    <label className="flex items-center gap-2 border-b border-line px-4 py-2 text-[13px] text-ink-faint">
      Sorted by
      <select
        className="min-h-8 flex-1 rounded-md border border-line-strong bg-panel px-2 text-ink"
        value={sort ?? ""}
        onChange={(event) => onSort(event.target.value)}
      >
        {sortable.map((column) => (
          <optgroup key={column.id} label={column.header}>
            <option value={column.id}>{column.header}, ascending</option>
            <option value={`-${column.id}`}>{column.header}, descending</option>
          </optgroup>
        ))}
      </select>
    </label>
  );
}
