// The months of a desktop in numbers, the newest first.
import { useState } from "react";
import type { WorkspaceUsage } from "../../api/types";
import { Button } from "../../components/Button";
import { formatFigure, formatHours } from "../../lib/figure";
import { formatConstant } from "../../lib/format";
import { formatMoney } from "../../lib/money";
import { formatMonth } from "../../lib/month";

const SHORT = 4;
const Faint = ({ children }: { children: React.ReactNode }) => <span className="text-ink-faint">{children}</span>;
const percent = (share: number | null | undefined) => (share == null ? <Faint>—</Faint> : `${Math.round(share)} %`);

export function UsageMonths({ usage }: { usage: WorkspaceUsage }) {
  const [all, setAll] = useState(false);
  const newest = usage.months.toReversed();
  const shown = all ? newest : newest.slice(0, SHORT);
  return (
    <>
      {/* Scrollable, so the keyboard has to be able to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="region" aria-label="Hours and cost by month" tabIndex={0} className="mt-4 overflow-x-auto">
        <table className="w-full text-right text-[13px] whitespace-nowrap">
          <thead className="text-ink-faint">
            <tr className="border-b border-line [&>th]:py-2 [&>th]:pl-4 [&>th]:font-medium [&>th:first-child]:pl-0">
              <th scope="col" className="text-left">
                Month
              </th>
              <th scope="col">Mode</th>
              <th scope="col">Sessions</th>
              <th scope="col">Connected</th>
              <th scope="col">Billable</th>
              <th scope="col">Unknown</th>
              <th scope="col">CPU</th>
              <th scope="col">Memory</th>
              <th scope="col">Cost, estimate</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {shown.map((one) => {
              const cost = usage.estimates.find((estimate) => estimate.month === one.month);
              return (
                <tr key={one.month} className="[&>td]:py-2 [&>td]:pl-4">
                  <th scope="row" className="py-2 text-left font-medium">
                    {formatMonth(one.month)}
                  </th>
                  <td>{cost?.running_mode ? formatConstant(cost.running_mode) : <Faint>—</Faint>}</td>
                  <td>{formatFigure(one.sessions)}</td>
                  <td>{formatHours(one.connected_minutes)}</td>
                  <td>{formatFigure(one.billable_hours)} h</td>
                  <td className={one.unknown_minutes > 0 ? "text-warn" : ""}>{formatHours(one.unknown_minutes)}</td>
                  <td>{percent(one.cpu_average)}</td>
                  <td>{percent(one.memory_average)}</td>
                  <td>{cost?.amount == null ? <Faint>{cost?.missing ?? "—"}</Faint> : formatMoney(cost.amount)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {newest.length > SHORT && (
        <Button small kind="quiet" className="mt-2 -ml-2.5" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${newest.length} months`}
        </Button>
      )}
    </>
  );
}
