// The advice replayed over the stored history, against AWS's own rule and against doing nothing.
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { backtestQuery } from "../../api/queries";
import type { Backtest, BacktestRow } from "../../api/types";
import { BarChart } from "../../components/charts/BarChart";
import { Panel } from "../../components/Panel";
import { Empty, Failed, SkeletonPanel } from "../../components/States";
import { formatCount, formatNumber } from "../../lib/format";
import { formatMoney, formatWhole } from "../../lib/money";
import { formatMonth, monthTick } from "../../lib/month";
import { useScope } from "../../state/filters";
import { backtestWords, regret } from "./backtest";

export function BacktestPanel() {
  const query = useQuery(backtestQuery(useScope()));
  if (query.isError) {
    return (
      <Panel flush>
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </Panel>
    );
  }
  if (query.data === undefined) return <SkeletonPanel className="h-80" />;
  if (query.data.months.length === 0) {
    return (
      <Panel flush>
        <Empty icon={History} title="No closed month to replay yet">
          A back-test needs the hours of whole months. Come back after the first month with usage.
        </Empty>
      </Panel>
    );
  }
  return <Replay data={query.data} />;
}

function Replay({ data }: { data: Backtest }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
      <Panel title="More than the best possible" aside="each decision saw only what was known before it">
        <p className="mb-4 max-w-3xl text-sm text-ink-soft">{backtestWords(data)}</p>
        <BarChart
          label="Dollars over the best possible, by month and policy"
          places={data.months.map((row) => ({ key: row.month ?? "", tick: monthTick(row.month ?? ""), title: formatMonth(row.month ?? "") }))}
          series={[
            { key: "ours", title: "This advice", values: data.months.map((row) => regret(row.ours, row.best)) },
            { key: "aws", title: "AWS's rule", values: data.months.map((row) => regret(row.aws, row.best)) },
            { key: "nothing", title: "Doing nothing", values: data.months.map((row) => regret(row.nothing, row.best)) },
          ]}
          format={formatMoney}
          formatTick={formatWhole}
          height={220}
        />
      </Panel>
      <Panel title="By month" flush>
        <Table data={data} />
        <p className="border-t border-line px-4 py-2.5 text-[13px] text-ink-faint sm:px-5">
          Estimates at today's list prices.{" "}
          {data.left_out > 0 && `${formatCount(data.left_out, "desktop")} left out: no price, or a running mode that is not billed by these rules.`}
        </p>
      </Panel>
    </div>
  );
}

const HEADINGS = ["Month", "Desktops", "Best possible", "This advice", "AWS's rule", "Doing nothing", "Right: advice", "Right: AWS", "Forecast off by"];

function Table({ data }: { data: Backtest }) {
  return (
    // Scrollable, so the keyboard has to be able to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label="Back-test by month" tabIndex={0} className="scroll-shadow overflow-x-auto">
      <table className="w-full text-right text-sm whitespace-nowrap">
        <thead className="text-[13px] text-ink-faint">
          <tr className="border-b border-line">
            {HEADINGS.map((heading, index) => (
              <th key={heading} scope="col" className={`px-3 py-2 font-medium first:pl-5 last:pr-5 ${index === 0 ? "text-left" : ""}`}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {data.months.map((row) => (
            <Line key={row.month} row={row} name={formatMonth(row.month ?? "")} />
          ))}
        </tbody>
        <tfoot className="border-t border-line-strong font-medium">
          <Line row={data.total} name="Together" />
        </tfoot>
      </table>
    </div>
  );
}

function Line({ row, name }: { row: BacktestRow; name: string }) {
  const share = (right: number) => (row.desktops > 0 ? `${Math.round((right / row.desktops) * 100)} %` : "—");
  return (
    <tr className="[&>td]:px-3 [&>td]:py-2 [&>td:last-child]:pr-5">
      <th scope="row" className="py-2 pl-5 text-left font-medium">
        {name}
      </th>
      <td>{formatNumber(row.desktops)}</td>
      <td>{formatMoney(row.best)}</td>
      <td>{formatMoney(row.ours)}</td>
      <td>{formatMoney(row.aws)}</td>
      <td>{formatMoney(row.nothing)}</td>
      <td>{share(row.ours_right)}</td>
      <td>{share(row.aws_right)}</td>
      <td>{formatMoney(row.forecast_error)}</td>
    </tr>
  );
}
