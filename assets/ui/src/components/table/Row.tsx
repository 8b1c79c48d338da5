// One row. It is drawn again only when something about it changes, so that scrolling stays smooth.
import clsx from "clsx";
import { memo, useState } from "react";
import { RowCheck } from "../RowCheck";
import type { RowDeeds } from "./deeds";
import type { Column } from "./types";

interface RowProps<T> {
  row: T;
  index: number;
  columns: Column<T>[];
  /** Where pinned cells stand, by column. */
  lefts: ReadonlyMap<string, number>;
  /** Pixels of a row whose height is known. */
  height: number | undefined;
  measure: ((element: Element | null) => void) | undefined;
  active: boolean;
  /** The cell that the keyboard is at. */
  at: string | undefined;
  /** Absent where rows cannot be chosen. */
  chosen: boolean | undefined;
  choosable: boolean;
  /** What choosing it is called. */
  label: string;
  openable: boolean;
  deeds: RowDeeds<T>;
}

function RowOf<T>(props: RowProps<T>) {
  const { row, index, columns, lefts, height, measure, active, at, chosen, choosable, label, openable, deeds } = props;
  const [pointed, setPointed] = useState(false);
  return (
    <tr
      ref={measure}
      data-index={index}
      data-row
      aria-rowindex={index + 2}
      // The keyboard moves from row to row.
      tabIndex={active ? 0 : -1}
      style={height === undefined ? undefined : { height }}
      className={clsx(
        "group/row outline-none [&>td]:border-b [&>td]:border-line",
        "focus-visible:[&>td]:bg-accent-soft/60 focus-visible:[&>td:first-child]:shadow-[inset_3px_0_0_var(--accent)]",
        // Faint words would be too faint on these grounds.
        "focus-visible:[&_.text-ink-faint]:text-ink-soft",
        chosen ? "[&_.text-ink-faint]:text-ink-soft [&>td]:bg-accent-soft" : "[&>td]:bg-panel hover:[&>td]:bg-sunken",
        openable && "cursor-pointer",
      )}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={(event) => {
        if (event.target === event.currentTarget) deeds.activate(index);
      }}
      onClick={(event) => {
        // A click on a link or a button inside, or the end of marking text, is not for the row.
        if ((event.target as Element).closest("a, button, input, label")) return;
        if (chosen !== undefined && (event.ctrlKey || event.metaKey || event.shiftKey)) {
          deeds.toggle(index, event.shiftKey);
          return;
        }
        if (String(getSelection()) === "") deeds.open(row);
      }}
    >
      {chosen !== undefined && (
        // Each cell that sticks is a layer of its own to the browser, so it does only beside pinned ones.
        <td className={clsx("py-0 pr-1 pl-5", lefts.size > 0 && "sticky left-0 z-10")}>
          <RowCheck
            label={label}
            checked={chosen}
            disabled={!choosable}
            onChange={(event) => deeds.toggle(index, (event.nativeEvent as MouseEvent).shiftKey)}
          />
        </td>
      )}
      {columns.map((column) => (
        <Cell key={column.id} column={column} row={row} left={lefts.get(column.id)} marked={at === column.id} fixed={height !== undefined} />
      ))}
      <td className={clsx("p-0", (pointed || active) && "sticky right-0 z-10")}>
        {(pointed || active) && (
          <span className="absolute top-1/2 right-2 flex -translate-y-1/2 items-center gap-0.5 rounded-lg border border-line bg-raised p-0.5 opacity-0 shadow-panel group-focus-within/row:opacity-100 group-hover/row:opacity-100 empty:hidden">
            {deeds.actions(row)}
          </span>
        )}
      </td>
    </tr>
  );
}

export const Row = memo(RowOf) as typeof RowOf;

interface CellProps<T> {
  column: Column<T>;
  row: T;
  left: number | undefined;
  marked: boolean;
  fixed: boolean;
}

function Cell<T>({ column, row, left, marked, fixed }: CellProps<T>) {
  return (
    <td
      data-column={column.id}
      style={left === undefined ? undefined : { left }}
      className={clsx(
        "max-w-72 truncate px-3 align-middle first:pl-5",
        fixed ? "py-0" : "py-2.5 in-data-[density=compact]:py-1",
        column.right && "text-right",
        left !== undefined && "sticky z-10",
        marked && "outline-2 -outline-offset-2 outline-accent",
      )}
    >
      {column.cell(row)}
    </td>
  );
}
