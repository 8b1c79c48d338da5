// Estimates of the last thirteen months, by a part of the estate.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ReceiptText } from "lucide-react";
import { estimatesQuery } from "../../api/queries";
import type { EstimateSum } from "../../api/types";
import { Badge } from "../../components/Badge";
import { buttonClass } from "../../components/Button";
import { BarChart } from "../../components/charts/BarChart";
import { ranked, sumAt } from "../../components/charts/series";
import { Panel } from "../../components/Panel";
import { Empty, Failed } from "../../components/States";
import { formatMoney, formatWhole } from "../../lib/money";
import { formatMonth, lastMonths, monthOf, monthTick } from "../../lib/month";
import { useNow } from "../../state/clock";
import { useScope } from "../../state/filters";
import { BillTable, ChartLoading } from "./BillTable";
import { estimateSeries, estimateWords, missingWords, monthsOf, type Group } from "./bill";

/** As many as Cost Explorer shows. */
export const MONTHS = 13;

interface EstimatePanelProps {
  group: Group;
  view: "chart" | "table";
}

export function EstimatePanel({ group, view }: EstimatePanelProps) {
  const query = useQuery(estimatesQuery({ ...useScope(), group_by: group, months: MONTHS }));
  return (
    <Panel
      title={
        <span className="flex items-center gap-2.5">
          By month <Badge tone="info">estimate</Badge>
        </span>
      }
      aside="list prices × recorded hours"
    >
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <ChartLoading />
      ) : query.data.length === 0 ? (
        <NoEstimates />
      ) : (
        <div className={query.isPlaceholderData ? "opacity-60" : ""}>
          <Estimates sums={query.data} view={view} />
        </div>
      )}
    </Panel>
  );
}

function Estimates({ sums, view }: { sums: EstimateSum[]; view: "chart" | "table" }) {
  const current = monthOf(useNow());
  const months = monthsOf(sums, lastMonths(current, MONTHS));
  const all = estimateSeries(sums, months);
  const series = ranked(all);
  const closed = months.filter((month) => month < current).at(-1) ?? current;
  const missing = missingWords(sums, closed);
  return (
    <>
      <p className="mb-3 text-sm text-ink-soft">
        {estimateWords(series, months, current)} {missing}
      </p>
      {view === "chart" ? (
        <BarChart
          stacked
          label="Estimated cost by month"
          places={months.map((month) => ({ key: month, tick: monthTick(month), title: formatMonth(month), open: month === current }))}
          series={series}
          format={formatMoney}
          formatTick={formatWhole}
          height={280}
          gap="no estimate"
        />
      ) : (
        <BillTable
          label="Estimated cost by month"
          // The newest first: it is the one that is looked for.
          months={months.toReversed().map((month) => ({ key: month, title: formatMonth(month), ...(month === current && { note: "so far" }) }))}
          rows={all.map((one) => ({ key: one.key, name: one.title, amounts: one.values.toReversed() }))}
          total={{ key: "total", name: "Together", amounts: months.map((_, at) => sumAt(all, at)).reverse() }}
          format={formatMoney}
        />
      )}
    </>
  );
}

function NoEstimates() {
  return (
    <Empty
      icon={ReceiptText}
      title="No estimates yet"
      action={
        <Link to="/optimizer" className={buttonClass("primary")}>
          Optimizer
        </Link>
      }
    >
      They are worked out together with the recommendations, after a sync of usage.
    </Empty>
  );
}
