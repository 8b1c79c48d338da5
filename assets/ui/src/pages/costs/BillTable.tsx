// Months across, parts down: the table beside a chart of costs. Months without a value show a dash.
import { Skeleton } from "../../components/States";

export interface BillRow {
  key: string;
  name: string;
  /** One for each month; null where nothing is known. */
  amounts: (number | null)[];
}

interface BillTableProps {
  label: string;
  months: { key: string; title: string; note?: string }[];
  rows: BillRow[];
  total?: BillRow;
  format: (amount: number) => string;
}

export function BillTable({ label, months, rows, total, format }: BillTableProps) {
  return (
    // Scrollable, so the keyboard has to be able to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={`Rows: ${label}`} tabIndex={0} className="overflow-x-auto focus-visible:-outline-offset-2">
      <table aria-label={label} className="w-full text-right text-[13px] whitespace-nowrap">
        <thead className="text-ink-faint">
          <tr className="border-b border-line">
            <th scope="col" className="sticky left-0 bg-panel py-2 pr-3 text-left font-medium">
              <span className="sr-only">Part</span>
            </th>
            {months.map((month) => (
              <th key={month.key} scope="col" className="px-2.5 py-2 font-medium last:pr-0">
                {month.title}
                {month.note && <span className="block font-normal">{month.note}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <Line key={row.key} row={row} format={format} />
          ))}
        </tbody>
        {total && (
          <tfoot className="border-t border-line-strong font-semibold">
            <Line row={total} format={format} />
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Line({ row, format }: { row: BillRow; format: (amount: number) => string }) {
  return (
    <tr>
      <th scope="row" className="sticky left-0 max-w-48 truncate bg-panel py-2 pr-3 text-left font-medium">
        {row.name}
      </th>
      {row.amounts.map((amount, index) => (
        <td key={index} className="px-2.5 py-2 last:pr-0">
          {amount === null ? <span className="text-ink-faint">—</span> : format(amount)}
        </td>
      ))}
    </tr>
  );
}

export function ChartLoading() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="h-3.5 w-2/3" />
      <Skeleton className="mt-3 h-60" />
    </div>
  );
}
