// The months a recommendation rests on: what each would have cost in both running modes, and its hours.
import type { AdviceMonth } from "../../api/types";
import { BarChart } from "../../components/charts/BarChart";
import { formatFigure } from "../../lib/figure";
import { formatMoney, formatWhole } from "../../lib/money";
import { formatMonth, monthTick } from "../../lib/month";

interface EvidenceMonthsProps {
  months: AdviceMonth[];
  mode: string | null | undefined;
}

export function EvidenceMonths({ months, mode }: EvidenceMonthsProps) {
  const ordered = months.toSorted((one, other) => one.month.localeCompare(other.month));
  const now = (constant: string) => (mode === constant ? ", as now" : "");
  const priced = ordered.some((one) => one.cost_always_on != null || one.cost_auto_stop != null);
  return (
    <>
      {priced && (
        <BarChart
          label="Cost of each month, always on and auto stop"
          places={ordered.map((one) => ({ key: one.month, tick: monthTick(one.month), title: formatMonth(one.month) }))}
          series={[
            { key: "auto", title: `Auto stop${now("AUTO_STOP")}`, values: ordered.map((one) => one.cost_auto_stop ?? null) },
            { key: "always", title: `Always on${now("ALWAYS_ON")}`, values: ordered.map((one) => one.cost_always_on ?? null) },
          ]}
          format={formatMoney}
          formatTick={formatWhole}
          height={170}
          gap="no price"
        />
      )}
      <MonthTable months={ordered} />
    </>
  );
}

function MonthTable({ months }: { months: AdviceMonth[] }) {
  const loaded = months.some((one) => one.cpu_average != null || one.memory_average != null);
  const money = (amount: number | null | undefined) => (amount == null ? <span className="text-ink-faint">no price</span> : formatMoney(amount));
  const percent = (share: number | null | undefined) => (share == null ? <span className="text-ink-faint">—</span> : `${Math.round(share)} %`);
  return (
    // Scrollable, so the keyboard has to be able to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label="Hours and cost by month" tabIndex={0} className="mt-3 overflow-x-auto">
      <table className="w-full text-right text-[13px] whitespace-nowrap">
        <thead className="text-ink-faint">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-1.5 [&>th]:font-medium [&>th:first-child]:pl-0 [&>th:last-child]:pr-0">
            <th scope="col" className="text-left">
              Month
            </th>
            <th scope="col">Connected</th>
            <th scope="col" title="Hours that auto stop bills">
              Billable
            </th>
            <th scope="col" title="Hours for which AWS gave no value">
              Unknown
            </th>
            <th scope="col">Auto stop</th>
            <th scope="col">Always on</th>
            {loaded && <th scope="col">CPU</th>}
            {loaded && <th scope="col">Memory</th>}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {months.map((one) => (
            <tr key={one.month} className="[&>td]:px-2 [&>td]:py-1.5 [&>td:last-child]:pr-0">
              <th scope="row" className="py-1.5 text-left font-normal">
                {formatMonth(one.month)}
              </th>
              <td>{formatFigure(Math.round(one.connected_hours * 10) / 10)} h</td>
              <td>{formatFigure(one.billable_hours)} h</td>
              <td className={one.unknown_hours >= 1 ? "text-warn" : ""}>{formatFigure(Math.round(one.unknown_hours * 10) / 10)} h</td>
              <td>{money(one.cost_auto_stop)}</td>
              <td>{money(one.cost_always_on)}</td>
              {loaded && <td>{percent(one.cpu_average)}</td>}
              {loaded && <td>{percent(one.memory_average)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
