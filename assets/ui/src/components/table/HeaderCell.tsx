// The head of a column: sorts, is dragged to another place, and has a menu and a handle for its width.
import type { Header } from "@tanstack/react-table";
import clsx from "clsx";
import { ArrowDown, ArrowUp, ChevronsUpDown, EllipsisVertical, Pin } from "lucide-react";
import { useRef, useState } from "react";
import { moved, withColumn } from "../../lib/columns";
import { Menu, MenuItem, MenuLine } from "../Menu";
import type { Column } from "./types";
import { LEAST_WIDTH, MOST_WIDTH, type ColumnModel, type Features } from "./useModel";
import type { TableLayout } from "./useTableLayout";

interface HeaderCellProps<T> {
  column: Column<T>;
  header: Header<Features, object> | undefined;
  model: ColumnModel<T>;
  layout: TableLayout | undefined;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
  left: number | undefined;
}

/** What is being dragged; one drag at a time in a window. */
let carried: string | undefined;

export function HeaderCell<T>({ column, header, model, layout, sort, onSort, left }: HeaderCellProps<T>) {
  const ascending = sort === column.id;
  const descending = sort === `-${column.id}`;
  const pinned = layout?.pinned.includes(column.id) ?? false;
  const [over, setOver] = useState(false);
  const handle = useRef<HTMLDivElement>(null);
  const place = layout?.shown.indexOf(column.id) ?? -1;
  return (
    <th
      scope="col"
      data-column={column.id}
      aria-sort={ascending ? "ascending" : descending ? "descending" : undefined}
      draggable={layout !== undefined}
      style={left === undefined ? undefined : { left }}
      className={clsx(
        "group/head relative border-b border-line bg-panel px-3 py-1.5 text-[13px] font-medium first:pl-5 whitespace-nowrap text-ink-faint",
        column.right && "text-right",
        left !== undefined && "sticky! z-20",
        over && "bg-accent-soft!",
      )}
      onDragStart={(event) => {
        carried = column.id;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", column.header);
      }}
      onDragOver={(event) => {
        if (carried === undefined || carried === column.id) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDragEnd={() => (carried = undefined)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (carried !== undefined && layout?.shown.includes(carried)) layout.show(moved(layout.shown, carried, place));
        carried = undefined;
      }}
    >
      <span className={clsx("flex min-w-0 items-center gap-0.5", column.right && "flex-row-reverse")}>
        {column.sortable && onSort ? (
          <SortButton column={column} sort={ascending ? "up" : descending ? "down" : undefined} onSort={onSort} />
        ) : (
          <span className="truncate">{column.header}</span>
        )}
        {pinned && <Pin aria-label="pinned" className="size-3 shrink-0" />}
        {layout && (
          <ColumnMenu
            column={column}
            layout={layout}
            className={column.right ? "left-0.5" : "right-1.5"}
            onSort={column.sortable ? onSort : undefined}
            onResize={() => handle.current?.focus()}
          />
        )}
      </span>
      {layout && header && <Handle ref={handle} column={column} header={header} model={model} />}
    </th>
  );
}

interface SortButtonProps<T> {
  column: Column<T>;
  sort: "up" | "down" | undefined;
  onSort: (sort: string) => void;
}

function SortButton<T>({ column, sort, onSort }: SortButtonProps<T>) {
  const Icon = sort === "up" ? ArrowUp : sort === "down" ? ArrowDown : ChevronsUpDown;
  return (
    <button
      type="button"
      className={clsx(
        "inline-flex min-w-0 items-center gap-1 rounded-md py-1 hover:text-ink [&_svg]:size-3.5 [&_svg]:shrink-0",
        sort && "text-ink",
      )}
      onClick={() => onSort(sort === "up" ? `-${column.id}` : column.id)}
    >
      <span className="truncate">{column.header}</span>
      <Icon aria-hidden className={clsx(!sort && "opacity-40")} />
    </button>
  );
}

interface ColumnMenuProps<T> {
  column: Column<T>;
  layout: TableLayout;
  className: string;
  onSort: ((sort: string) => void) | undefined;
  onResize: () => void;
}

function ColumnMenu<T>({ column, layout, className, onSort, onResize }: ColumnMenuProps<T>) {
  const { shown, pinned } = layout;
  const at = shown.indexOf(column.id);
  const isPinned = pinned.includes(column.id);
  const move = (by: number) => layout.show(moved(shown, column.id, at + by));
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Options of the column ${column.header}`}
          className={clsx(
            "absolute top-1/2 grid size-6 -translate-y-1/2 place-items-center rounded-md bg-panel opacity-0 group-hover/head:opacity-100 hover:bg-sunken hover:text-ink focus-visible:opacity-100 data-[state=open]:opacity-100 [&_svg]:size-3.5",
            className,
          )}
        >
          <EllipsisVertical aria-hidden />
        </button>
      }
    >
      {onSort && (
        <>
          <MenuItem onSelect={() => onSort(column.id)}>Sort ascending</MenuItem>
          <MenuItem onSelect={() => onSort(`-${column.id}`)}>Sort descending</MenuItem>
          <MenuLine />
        </>
      )}
      <MenuItem onSelect={() => layout.pin(column.id, !isPinned)}>{isPinned ? "Unpin" : "Pin at the left"}</MenuItem>
      <MenuItem disabled={at <= 0} onSelect={() => move(-1)}>
        Move left
      </MenuItem>
      <MenuItem disabled={at === shown.length - 1} onSelect={() => move(1)}>
        Move right
      </MenuItem>
      {/* After the menu has given the focus back to its button. */}
      <MenuItem onSelect={() => setTimeout(onResize, 60)}>Change the width with the arrow keys</MenuItem>
      <MenuLine />
      <MenuItem disabled={shown.length === 1} onSelect={() => layout.show(withColumn(shown, column.id, shown))}>
        Hide
      </MenuItem>
    </Menu>
  );
}

interface HandleProps<T> {
  ref: React.Ref<HTMLDivElement>;
  column: Column<T>;
  header: Header<Features, object>;
  model: ColumnModel<T>;
}

const STEP = 16;

function Handle<T>({ ref, column, header, model }: HandleProps<T>) {
  const width = model.widths?.[column.id] ?? 0;
  const start = (event: React.MouseEvent | React.TouchEvent) => {
    header.getResizeHandler()(event.nativeEvent);
    // The model hears of the end first.
    const end = () => setTimeout(model.onDragEnd);
    document.addEventListener(event.type === "mousedown" ? "mouseup" : "touchend", end, { once: true });
  };
  return (
    // A separator that can be moved is a control; the rule knows only those that cannot.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={ref}
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of the column ${column.header}`}
      aria-valuenow={Math.round(width)}
      aria-valuemin={LEAST_WIDTH}
      aria-valuemax={MOST_WIDTH}
      tabIndex={-1}
      draggable
      className="absolute inset-y-1 -right-1 z-10 w-2 cursor-col-resize touch-none rounded after:absolute after:inset-y-1 after:left-[3px] after:w-px after:bg-line hover:after:bg-accent focus-visible:after:bg-accent"
      onDragStart={(event) => {
        event.preventDefault();
        event.stopPropagation();
      }}
      onMouseDown={(event) => {
        event.preventDefault();
        start(event);
      }}
      onTouchStart={start}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") model.setWidth(column.id, width - STEP);
        else if (event.key === "ArrowRight") model.setWidth(column.id, width + STEP);
        else if (event.key === "Enter" || event.key === "Escape") event.currentTarget.closest("th")?.querySelector("button")?.focus();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
