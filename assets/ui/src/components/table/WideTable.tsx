// The table of a wide window: a head that stays in view, and of thousands of rows only those in sight.
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { RowDeeds } from "./deeds";
import { Head } from "./Head";
import { keepSpot, spotOf } from "./offsets";
import { Row } from "./Row";
import { RowMenu } from "./RowMenu";
import type { TableProps } from "./types";
import { useKeys, type KeyTarget } from "./useKeys";
import { useModel } from "./useModel";
import { ROW_HEIGHT, useDensity, useRoomBelow } from "./useRoom";

const CHECK_WIDTH = 48;
const HEAD_HEIGHT = 41;
/** Shorter tables are drawn whole. */
const WHOLE = 60;
const NEAR_END = 25;

export function WideTable<T>(props: TableProps<T>) {
  const { label, rows, columns: all, rowKey, sort, onSort, waiting = false, onOpen, layout, total, onEnd, onView } = props;
  const { selection, choiceLabel, actions, menu, link, uniform = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const address = `${label} ${window.location.pathname}${window.location.search}`;
  const [spot] = useState(() => spotOf(address));
  const [active, setActive] = useState(spot?.active ?? -1);
  const [at, setAt] = useState<string>();
  const wantsFocus = useRef(false);
  const anchor = useRef(-1);
  const room = useRoomBelow(box, selection !== undefined && selection.rows.length > 0);
  const density = useDensity();
  const height = uniform ? ROW_HEIGHT[density] : undefined;
  const columnModel = useModel(all, layout, table, rows.length > 0);
  const { columns, widths, fitted } = columnModel;
  const virtual = rows.length > WHOLE;

  // A new function would have every row measured again.
  const getItemKey = useCallback((index: number) => (rows[index] === undefined ? index : rowKey(rows[index])), [rows, rowKey]);
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers are used here and nowhere else
  const virtualizer = useVirtualizer({
    count: rows.length,
    enabled: virtual,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT[density],
    getItemKey,
    overscan: 12,
    initialOffset: spot?.offset ?? 0,
    initialRect: { width: 1200, height: 640 },
    scrollMargin: 0,
    scrollPaddingStart: HEAD_HEIGHT,
    // The row that has the focus stays, or the keyboard would be nowhere.
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      if (active < 0 || active >= range.count || drawn.includes(active)) return drawn;
      return active < (drawn[0] ?? 0) ? [active, ...drawn] : [...drawn, active];
    },
  });
  useLayoutEffect(() => {
    if (virtual) virtualizer.measure();
  }, [height, virtual, virtualizer]);

  // A table drawn whole was left somewhere too.
  useLayoutEffect(() => {
    if (spot && box.current) box.current.scrollTop = spot.offset;
  }, [spot]);
  useEffect(() => {
    const element = box.current;
    return () => keepSpot(address, { offset: element?.scrollTop ?? 0, active: latestActive.current });
  }, [address]);
  const latestActive = useRef(active);

  const items = virtual ? virtualizer.getVirtualItems() : undefined;
  const range = virtualizer.range;
  const [first, last] = virtual ? [range?.startIndex ?? -1, range?.endIndex ?? -1] : [0, rows.length - 1];
  useEffect(() => {
    if (first < 0) return;
    onView?.(first, last);
    if (last >= rows.length - NEAR_END) onEnd?.();
  }, [first, last, rows.length, onView, onEnd]);

  const toggle = (index: number, toHere: boolean) => {
    const row = rows[index];
    if (!selection || row === undefined) return;
    if (toHere && anchor.current >= 0) {
      const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
      selection.choose(rows.slice(from, to + 1), true);
    } else if (selection.can(row)) selection.toggle(row);
    if (!toHere || anchor.current < 0) anchor.current = index;
  };
  const move = (index: number) => {
    wantsFocus.current = true;
    setActive(index);
    if (virtual) virtualizer.scrollToIndex(index, { align: "auto" });
  };
  const rowAt = (index: number) => table.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`) ?? null;
  useEffect(() => {
    latestActive.current = active;
    if (!wantsFocus.current) return;
    const row = rowAt(active);
    if (!row) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: virtual });
  });

  const [deeds] = useState(() => new RowDeeds<T>());
  const keys = useRef<KeyTarget>(undefined);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- after every drawing: keys and rows call what was drawn last
  useLayoutEffect(() => {
    deeds.update({
      toggle,
      open: (row) => onOpen?.(row),
      activate: (index) => {
        setActive(index);
        if (index !== active) setAt(undefined);
      },
      actions,
    });
    const rowOf = <R,>(deed: ((row: T) => R) | undefined) =>
      deed && ((index: number) => (rows[index] === undefined ? undefined : deed(rows[index])));
    keys.current = {
      count: rows.length,
      active: Math.min(active, rows.length - 1),
      columns: columns.map((column) => column.id),
      at,
      page: Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT[density]) - 2),
      move,
      mark: setAt,
      toggle: selection && toggle,
      open: rowOf(onOpen),
      link: rowOf(link),
      rowAt,
      clear: selection && selection.rows.length > 0 ? selection.clear : undefined,
    };
  });
  const onKeyDown = useKeys(box, keys);

  const lefts = useLefts(columns, layout?.pinned, widths, selection ? CHECK_WIDTH : 0);
  const totalWidth = columns.reduce((sum, column) => sum + (widths?.[column.id] ?? 0), selection ? CHECK_WIDTH : 0);

  const drawn = (row: T, index: number) => (
    <Row
      key={rowKey(row)}
      row={row}
      index={index}
      columns={columns}
      lefts={lefts}
      height={height}
      measure={virtual && height === undefined ? virtualizer.measureElement : undefined}
      active={index === active || (index === 0 && active < 0)}
      at={index === active ? at : undefined}
      chosen={selection?.has(row)}
      choosable={selection?.can(row) ?? false}
      label={(selection && choiceLabel?.(row)) ?? "Choose this row"}
      openable={onOpen !== undefined}
      deeds={deeds}
    />
  );
  return (
    <RowMenu rows={rows} columns={columns} onOpen={onOpen} link={link} menu={menu}>
      {/* Keys are those of the rows, which have the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={box}
        aria-busy={waiting}
        className="relative overflow-auto rounded-t-xl"
        style={{ maxHeight: room }}
        onKeyDown={onKeyDown}
      >
        <table
          ref={table}
          aria-label={label}
          aria-rowcount={(total ?? rows.length) + 1}
          className={clsx("border-separate border-spacing-0 text-left text-sm", widths ? "w-full table-fixed" : layout ? "w-max min-w-full" : "w-full", waiting && "opacity-60")}
          style={widths && !fitted ? { minWidth: totalWidth } : undefined}
        >
          {widths && (
            <colgroup>
              {selection && <col style={{ width: CHECK_WIDTH }} />}
              {columns.map((column) => (
                <col key={column.id} style={{ width: widths[column.id] }} />
              ))}
              <col />
            </colgroup>
          )}
          <Head rows={rows} layout={layout} sort={sort} onSort={onSort} selection={selection} model={columnModel} lefts={lefts} />
          <tbody>
            {items
              ? items.flatMap((item, index) => {
                  const row = rows[item.index];
                  const gap = item.start - (index === 0 ? 0 : (items[index - 1]?.end ?? 0));
                  return [gap > 0 && <Gap key={`before-${item.index}`} height={gap} />, row !== undefined && drawn(row, item.index)];
                })
              : rows.map(drawn)}
            {items && <Gap height={virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)} />}
          </tbody>
        </table>
      </div>
    </RowMenu>
  );
}

/** In place of the rows that are out of sight. */
function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr aria-hidden style={{ height }}>
      <td className="p-0" />
    </tr>
  ) : null;
}

function useLefts(
  columns: readonly { id: string }[],
  pinned: readonly string[] | undefined,
  widths: Record<string, number> | undefined,
  start: number,
): ReadonlyMap<string, number> {
  return useMemo(() => {
    const lefts = new Map<string, number>();
    let left = start;
    for (const { id } of columns) {
      if (!widths || !pinned?.includes(id)) continue;
      lefts.set(id, left);
      left += widths[id] ?? 0;
    }
    return lefts;
  }, [columns, pinned, widths, start]);
}
