// The table of a wide window: a head that stays in view, rows that the keyboard goes through.
import clsx from "clsx";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Body, type Scroller } from "./Body";
import { RowDeeds } from "./deeds";
import { Head } from "./Head";
import { keepSpot, listAddress, spotOf } from "./offsets";
import { RowMenu } from "./RowMenu";
import type { TableProps } from "./types";
import { useKeys, type KeyTarget } from "./useKeys";
import { useModel } from "./useModel";
import { ROW_HEIGHT, useDensity, useRoomBelow } from "./useRoom";

const CHECK_WIDTH = 48;
export function WideTable<T>(props: TableProps<T>) {
  const { label, rows, columns: all, rowKey, sort, onSort, waiting = false, onOpen, layout, total, onEnd, onView } = props;
  const { selection, choiceLabel, actions, menu, link, uniform = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const address = `${label} ${listAddress(window.location)}`;
  const [spot] = useState(() => spotOf(address));
  const [active, setActive] = useState(spot?.active ?? -1);
  const [shownAt, setShownAt] = useState(address);
  const [at, setAt] = useState<string>();
  // Another list begins at its top.
  if (shownAt !== address) {
    setShownAt(address);
    setActive(-1);
    setAt(undefined);
  }
  const wantsFocus = useRef(false);
  const scroller = useRef<Scroller>(null);
  const anchor = useRef(-1);
  const room = useRoomBelow(box, selection !== undefined && selection.rows.length > 0);
  const density = useDensity();
  const columnModel = useModel(all, layout, table, rows.length > 0);
  const { columns, widths, fitted } = columnModel;

  const latestActive = useRef(active);
  const shownBefore = useRef(address);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && shownBefore.current !== address) element.scrollTop = 0;
    // A table drawn whole was left somewhere too.
    else if (element && spot) element.scrollTop = spot.offset;
    shownBefore.current = address;
    return () => keepSpot(address, { offset: element?.scrollTop ?? 0, active: latestActive.current });
  }, [address, spot]);

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
    scroller.current?.to(index);
  };
  const rowAt = (index: number) => table.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`) ?? null;
  const onDrawn = () => {
    latestActive.current = active;
    if (!wantsFocus.current) return;
    const row = rowAt(active);
    if (!row) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: scroller.current?.virtual ?? false });
  };

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
      page: () => Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT[density]) - 2),
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
          <Body
            rows={rows}
            rowKey={rowKey}
            selection={selection}
            choiceLabel={choiceLabel}
            onEnd={onEnd}
            onView={onView}
            uniform={uniform}
            columns={columns}
            lefts={lefts}
            active={active}
            at={at}
            openable={onOpen !== undefined}
            deeds={deeds}
            box={box}
            offset={spot?.offset ?? 0}
            scroller={scroller}
            onDrawn={onDrawn}
          />
        </table>
      </div>
    </RowMenu>
  );
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
