// The columns as they are drawn: order, widths, what is pinned where. Widths are what the browser
// finds natural for the content, until somebody drags one.
import {
  columnOrderingFeature,
  columnPinningFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type ReactTable,
} from "@tanstack/react-table";
import { useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { Column } from "./types";
import type { TableLayout } from "./useTableLayout";

const features = tableFeatures({
  columnOrderingFeature,
  columnPinningFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
});

export type Features = typeof features;
/** Rows are drawn by the virtualizer; the model is of columns only. */
export type Model = ReactTable<Features, object>;

export const LEAST_WIDTH = 64;
export const MOST_WIDTH = 800;
const NO_ROWS: object[] = [];
const NO_IDS: readonly string[] = [];
const NO_WIDTHS: Record<string, number> = {};

export interface ColumnModel<T> {
  model: Model;
  /** As they are drawn, from left to right. */
  columns: Column<T>[];
  /** By column, once they are known; before that the browser lays out by content. */
  widths: Record<string, number> | undefined;
  /** Together the columns may leave room at the right. */
  fitted: boolean;
  /** The handle was let go. */
  onDragEnd: () => void;
  setWidth: (id: string, width: number) => void;
}

export function useModel<T>(
  columns: Column<T>[],
  layout: TableLayout | undefined,
  table: RefObject<HTMLTableElement | null>,
  hasRows: boolean,
): ColumnModel<T> {
  const shown = layout?.shown;
  const drawn = useMemo(
    () => (shown ? shown.flatMap((id) => columns.find((column) => column.id === id) ?? []) : columns),
    [shown, columns],
  );
  const ids = drawn.map((column) => column.id).join();
  const natural = useNaturalWidths(table, ids, hasRows);
  const kept = layout?.widths ?? NO_WIDTHS;
  // While a handle is dragged; kept for the person when it is let go.
  const [dragged, setDragged] = useState<Record<string, number>>();
  const last = useRef<Record<string, number>>(undefined);
  const own = dragged ?? kept;
  const widths = useMemo(() => natural && { ...natural, ...only(own, ids) }, [natural, own, ids]);
  const commit = (next: Record<string, number>) => layout?.resize({ ...kept, ...next });

  const defs = useMemo(
    () => drawn.map((column): ColumnDef<Features, object> => ({ id: column.id, header: column.header, minSize: LEAST_WIDTH, maxSize: MOST_WIDTH })),
    [drawn],
  );
  const pinned = layout?.pinned ?? NO_IDS;
  const state = useMemo(
    () => ({
      columnOrder: ids.split(","),
      columnPinning: { start: ids.split(",").filter((id) => pinned.includes(id)), end: [] },
      columnSizing: widths ?? NO_WIDTHS,
      columnVisibility: {},
    }),
    [ids, pinned, widths],
  );
  const model = useTable<Features, object>({
    features,
    columns: defs,
    data: NO_ROWS,
    columnResizeMode: "onChange",
    state,
    onColumnSizingChange: (update) => {
      const next = typeof update === "function" ? update(widths ?? NO_WIDTHS) : update;
      last.current = { ...kept, ...next };
      setDragged(last.current);
    },
  });
  return {
    model,
    columns: drawn,
    widths,
    fitted: Object.keys(only(own, ids)).length === 0,
    onDragEnd: () => {
      if (last.current) commit(last.current);
      last.current = undefined;
      setDragged(undefined);
    },
    setWidth: (id, width) => commit({ ...widths, [id]: Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width))) }),
  };
}

function only(widths: Record<string, number>, ids: string): Record<string, number> {
  return Object.fromEntries(ids.split(",").flatMap((id) => (widths[id] === undefined ? [] : [[id, widths[id]]])));
}

interface Natural {
  ids: string;
  widths: Record<string, number>;
}

/** Lays the table out by its content once, and again when its columns or the window change. */
function useNaturalWidths(table: RefObject<HTMLTableElement | null>, ids: string, hasRows: boolean) {
  const [natural, setNatural] = useState<Natural>();
  const known = natural?.ids === ids ? natural.widths : undefined;
  useLayoutEffect(() => {
    if (known !== undefined || !hasRows || !table.current) return;
    const widths: Record<string, number> = {};
    // Where there is room each width is more than enough; where there is none, half a pixel would cut a word.
    const round = table.current.offsetWidth > (table.current.parentElement?.clientWidth ?? 0) ? Math.ceil : Math.floor;
    for (const heading of table.current.querySelectorAll<HTMLElement>("thead [data-column]")) {
      widths[heading.dataset.column ?? ""] = round(heading.getBoundingClientRect().width);
    }
    // Without a layout there is nothing to learn: a test, or a page that is not shown.
    if (Object.values(widths).some((width) => width > 0)) setNatural({ ids, widths });
  }, [known, hasRows, ids, table]);

  useLayoutEffect(() => {
    const box = table.current?.parentElement;
    if (!box || !("ResizeObserver" in window)) return;
    let before = box.clientWidth;
    const observer = new ResizeObserver(() => {
      if (Math.abs(box.clientWidth - before) < 2) return;
      before = box.clientWidth;
      setNatural(undefined);
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [table]);
  return known;
}
