// The rows of an answer, in the order they came. Columns are whatever the query gave, so the table
// scrolls sideways where it is too wide.
import clsx from "clsx";
import { useState } from "react";
import { Button } from "../../components/Button";
import { formatField, formatNumber } from "../../lib/format";
import { Cell } from "./Cell";
import { isNumber, kindOf, type Row } from "./values";

const SHORT = 12;

interface AnswerTableProps {
  label: string;
  columns: string[];
  rows: Row[];
}

export function AnswerTable({ label, columns, rows }: AnswerTableProps) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHORT);
  const kinds = columns.map((column, index) => kindOf(column, rows.map((row) => row[index] ?? null)));
  const right = (index: number) => isNumber(kinds[index] ?? "text") && "text-right";
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      {/* Scrollable, so the keyboard has to be able to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="region" aria-label={`Rows: ${label}`} tabIndex={0} className="scroll-shadow overflow-x-auto focus-visible:-outline-offset-2">
        <table aria-label={label} className="w-full border-collapse text-left text-sm">
          <thead>
            <tr className="border-b border-line">
              {columns.map((column, index) => (
                <th
                  key={column + index}
                  scope="col"
                  title={column}
                  className={clsx("px-3 py-2 text-[13px] font-medium whitespace-nowrap text-ink-faint first:pl-4 last:pr-4", right(index))}
                >
                  {formatField(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {shown.map((row, at) => (
              <tr key={at} className="transition-colors hover:bg-sunken">
                {columns.map((column, index) => (
                  <td
                    key={column + index}
                    className={clsx("max-w-80 truncate px-3 py-2 align-middle first:pl-4 last:pr-4", right(index))}
                  >
                    <Cell value={row[index] ?? null} kind={kinds[index] ?? "text"} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > SHORT && (
        <div className="border-t border-line px-2 py-1">
          <Button small kind="quiet" onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show all ${formatNumber(rows.length)}`}
          </Button>
        </div>
      )}
    </div>
  );
}
