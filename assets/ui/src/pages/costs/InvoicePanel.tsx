// What AWS billed for WorkSpaces against what was estimated, with what is left between the two.
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { ReceiptText } from "lucide-react";
import { estimatesQuery, monthlyCostsQuery } from "../../api/queries";
import { AsOf } from "../../components/AsOf";
import { BarChart } from "../../components/charts/BarChart";
import { Panel } from "../../components/Panel";
import { Empty, Failed } from "../../components/States";
import { formatMoney, formatWhole } from "../../lib/money";
import { formatMonth, lastMonths, monthOf, monthTick } from "../../lib/month";
import { useNow } from "../../state/clock";
import { useScope } from "../../state/filters";
import { ChartLoading } from "./BillTable";
import { estimateSeries, residuals, type Residual } from "./bill";
import { MONTHS } from "./EstimatePanel";

export function InvoicePanel({ view }: { view: "chart" | "table" }) {
  const scope = useScope();
  const current = monthOf(useNow());
  const bill = useQuery(monthlyCostsQuery({ ...scope, group_by: "organization", months: MONTHS }));
  const estimates = useQuery(estimatesQuery({ ...scope, group_by: "organization", months: MONTHS }));
  const months = lastMonths(current, MONTHS);
  const series = estimateSeries(estimates.data ?? [], months);
  const rows = residuals(bill.data?.totals ?? [], series, months, current).filter((one) => one.invoice !== null);
  return (
    <Panel title="Invoice against estimate" aside={bill.data?.as_of && <AsOf at={bill.data.as_of} />}>
      {bill.isError ? (
        <Failed error={bill.error} onRetry={() => void bill.refetch()} />
      ) : bill.data === undefined ? (
        <ChartLoading />
      ) : rows.length === 0 ? (
        <Empty icon={ReceiptText} title="No invoice read yet">
          Costs come from Cost Explorer, at $0.01 a request, or from an export of costs that is imported. Allow it for an account and
          sync, or import one with <code className="font-mono text-[13px]">stocktake costs import</code>.
        </Empty>
      ) : (
        <>
          <p className="mb-3 text-sm text-ink-soft">
            Amazon WorkSpaces only. Between the two are prices agreed with AWS that differ from its list, and desktops that have no
            estimate.
          </p>
          {view === "chart" && (
            <BarChart
              label="Invoice and estimate by month"
              places={rows.map((one) => ({ key: one.month, tick: monthTick(one.month), title: formatMonth(one.month), open: one.open }))}
              series={[
                { key: "invoice", title: "Invoice", values: rows.map((one) => one.invoice) },
                { key: "estimate", title: "Estimate", values: rows.map((one) => one.estimate) },
              ]}
              format={formatMoney}
              formatTick={formatWhole}
              height={220}
            />
          )}
          <Residuals rows={rows} />
        </>
      )}
    </Panel>
  );
}

function Residuals({ rows }: { rows: Residual[] }) {
  const money = (amount: number | null) => (amount === null ? <span className="text-ink-faint">—</span> : formatMoney(amount));
  return (
    // Scrollable, so the keyboard has to be able to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label="Invoice and estimate by month" tabIndex={0} className="mt-2 overflow-x-auto">
      <table className="w-full text-right text-[13px] whitespace-nowrap">
        <thead className="text-ink-faint">
          <tr className="border-b border-line [&>th]:py-2 [&>th]:pl-4 [&>th]:font-medium [&>th:first-child]:pl-0">
            <th scope="col" className="text-left">
              Month
            </th>
            <th scope="col">Invoice</th>
            <th scope="col">Estimate</th>
            <th scope="col">Between them</th>
            <th scope="col">Of the invoice</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.toReversed().map((one) => (
            <tr key={one.month} className="[&>td]:py-2 [&>td]:pl-4">
              <th scope="row" className="py-2 text-left font-medium">
                {formatMonth(one.month)}
                {one.open && <span className="ml-1.5 font-normal text-ink-faint">not final{one.days !== null && `, ${one.days} days`}</span>}
              </th>
              <td>{money(one.invoice)}</td>
              <td>{money(one.estimate)}</td>
              <td className={clsx("font-medium", one.rest === null && "font-normal")}>
                {one.rest !== null && one.rest > 0 && "+"}
                {money(one.rest)}
              </td>
              <td>{one.rest !== null && one.invoice ? `${Math.round((one.rest / one.invoice) * 100)} %` : money(null)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
