// Tables of rows the server has already filtered and sorted. On narrow windows each row is a card.
import clsx from "clsx";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useWide } from "../state/media";

export interface Column<T> {
  /** Also the name the server sorts by, where `sortable`. */
  id: string;
  header: string;
  /** Instead of the heading's text: the box that chooses every row. */
  head?: React.ReactNode;
  cell: (row: T) => React.ReactNode;
  sortable?: boolean;
  /** Numbers stand at the right. */
  right?: boolean;
}

interface DataTableProps<T> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** `column` or `-column`. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** Rows grey out while newer ones are on their way. */
  waiting?: boolean;
  onOpen?: (row: T) => void;
  /** The row in a narrow window. */
  card: (row: T) => React.ReactNode;
}

export function DataTable<T>(props: DataTableProps<T>) {
  const wide = useWide();
  return wide ? <WideTable {...props} /> : <Cards {...props} />;
}

function Cards<T>({ label, rows, columns, rowKey, card, sort, onSort, waiting = false }: DataTableProps<T>) {
  return (
    <>
      {onSort && <SortSelect columns={columns} sort={sort} onSort={onSort} />}
    <ul aria-label={label} aria-busy={waiting} className={clsx("divide-y divide-line", waiting && "opacity-60")}>
      {rows.map((row) => (
        <li key={rowKey(row)} className="px-4 py-3">
          {card(row)}
        </li>
      ))}
    </ul>
    </>
  );
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

function WideTable<T>({ label, rows, columns, rowKey, sort, onSort, waiting = false, onOpen }: DataTableProps<T>) {
  return (
    <div className="overflow-x-auto" aria-busy={waiting}>
      <table aria-label={label} className={clsx("w-full border-collapse text-left text-sm", waiting && "opacity-60")}>
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={clsx("group transition-colors hover:bg-sunken", onOpen && "cursor-pointer")}
              onClick={(event) => {
                // A click on a link or a button inside, or the end of marking text, is not for the row.
                if ((event.target as Element).closest("a, button, input, label")) return;
                if (String(getSelection()) === "") onOpen?.(row);
              }}
            >
              {columns.map((column) => (
                <td
                  key={column.id}
                  className={clsx("max-w-72 truncate px-3 py-2.5 align-middle first:pl-5 last:pr-5", column.right && "text-right")}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeaderCellProps<T> {
  column: Column<T>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}

function HeaderCell<T>({ column, sort, onSort }: HeaderCellProps<T>) {
  const ascending = sort === column.id;
  const descending = sort === `-${column.id}`;
  const Icon = ascending ? ArrowUp : descending ? ArrowDown : ChevronsUpDown;
  return (
    <th
      scope="col"
      aria-sort={ascending ? "ascending" : descending ? "descending" : undefined}
      className={clsx(
        "px-3 py-2 text-[13px] font-medium whitespace-nowrap text-ink-faint first:pl-5 last:pr-5",
        column.right && "text-right",
      )}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          className={clsx(
            "-mx-1.5 inline-flex items-center gap-1 rounded-md px-1.5 py-1 hover:text-ink [&_svg]:size-3.5",
            (ascending || descending) && "text-ink",
          )}
          onClick={() => onSort(ascending ? `-${column.id}` : column.id)}
        >
          {column.header}
          <Icon aria-hidden className={clsx(!ascending && !descending && "opacity-40")} />
        </button>
      ) : (
        (column.head ?? column.header)
      )}
    </th>
  );
}
