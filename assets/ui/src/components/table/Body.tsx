// The rows of a table. Of thousands only those in sight are drawn; scrolling draws nothing but this.
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, type RefObject } from "react";
import type { RowDeeds } from "./deeds";
import { Row } from "./Row";
import type { Column, TableProps } from "./types";
import { ROW_HEIGHT, useDensity } from "./useRoom";

const HEAD_HEIGHT = 41;
/** Shorter tables are drawn whole. */
const WHOLE = 60;
const NEAR_END = 25;

export interface Scroller {
  /** As far as it takes to have the row in sight. */
  to: (index: number) => void;
  virtual: boolean;
}

interface BodyProps<T> extends Pick<TableProps<T>, "rows" | "rowKey" | "selection" | "choiceLabel" | "onEnd" | "onView" | "uniform"> {
  columns: Column<T>[];
  lefts: ReadonlyMap<string, number>;
  active: number;
  at: string | undefined;
  openable: boolean;
  deeds: RowDeeds<T>;
  box: RefObject<HTMLElement | null>;
  offset: number;
  scroller: RefObject<Scroller | null>;
  /** A row that was waited for may have been drawn. */
  onDrawn: () => void;
}

export function Body<T>(props: BodyProps<T>) {
  const { rows, rowKey, selection, choiceLabel, onEnd, onView, uniform, columns, lefts, active, at, openable, deeds, box, offset, scroller, onDrawn } = props;
  const density = useDensity();
  const height = uniform ? ROW_HEIGHT[density] : undefined;
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
    overscan: 8,
    initialOffset: offset,
    initialRect: { width: 1200, height: 640 },
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
  useImperativeHandle(
    scroller,
    () => ({ to: (index) => virtual && virtualizer.scrollToIndex(index, { align: "auto" }), virtual }),
    [virtual, virtualizer],
  );

  const range = virtualizer.range;
  const [first, last] = virtual ? [range?.startIndex ?? -1, range?.endIndex ?? -1] : [0, rows.length - 1];
  useEffect(() => {
    if (first < 0) return;
    onView?.(first, last);
    if (last >= rows.length - NEAR_END) onEnd?.();
  }, [first, last, rows.length, onView, onEnd]);
  useEffect(onDrawn);

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
      openable={openable}
      deeds={deeds}
    />
  );
  if (!virtual) return <tbody>{rows.map(drawn)}</tbody>;
  const items = virtualizer.getVirtualItems();
  return (
    <tbody>
      {items.flatMap((item, index) => {
        const row = rows[item.index];
        const gap = item.start - (index === 0 ? 0 : (items[index - 1]?.end ?? 0));
        return [<Gap key={index === 0 ? "before" : `before-${item.index}`} height={gap} />, row !== undefined && drawn(row, item.index)];
      })}
      <Gap height={virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)} />
    </tbody>
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
