// The headings of a table, which stay in view.
import clsx from "clsx";
import { useMemo } from "react";
import { RowCheck } from "../RowCheck";
import { HeaderCell } from "./HeaderCell";
import type { TableProps } from "./types";
import type { ColumnModel } from "./useModel";

interface HeadProps<T> extends Pick<TableProps<T>, "rows" | "layout" | "sort" | "onSort" | "selection"> {
  model: ColumnModel<T>;
  lefts: ReadonlyMap<string, number>;
}

export function Head<T>({ rows, layout, sort, onSort, selection, model, lefts }: HeadProps<T>) {
  const choice = useMemo(() => {
    const able = selection ? rows.filter(selection.can) : [];
    const some = able.some((row) => selection?.has(row));
    return { none: able.length === 0, some, all: some && able.every((row) => selection?.has(row)) };
  }, [rows, selection]);
  const headers = new Map(model.model.getLeafHeaders().map((header) => [header.column.id, header]));
  return (
    <thead className="sticky top-0 z-20 bg-panel">
      <tr aria-rowindex={1}>
        {selection && (
          <th scope="col" className={clsx("w-12 border-b border-line bg-panel py-0 pr-1 pl-5", lefts.size > 0 && "sticky left-0 z-30")}>
            <RowCheck
              label="Choose every row shown"
              checked={choice.all}
              partly={choice.some}
              disabled={choice.none}
              onChange={() => selection.toggleAll(rows)}
            />
          </th>
        )}
        {model.columns.map((column) => (
          <HeaderCell
            key={column.id}
            column={column}
            header={headers.get(column.id)}
            model={model}
            layout={layout}
            sort={sort}
            onSort={onSort}
            left={lefts.get(column.id)}
          />
        ))}
        <td className="border-b border-line bg-panel p-0" />
      </tr>
    </thead>
  );
}
