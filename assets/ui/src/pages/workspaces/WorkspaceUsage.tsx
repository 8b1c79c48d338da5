// One desktop's hours and what they cost: by month, by day, by hour of the week.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BarChart3 } from "lucide-react";
import { workspaceUsageQuery } from "../../api/queries";
import type { WorkspaceUsage as Usage } from "../../api/types";
import { Badge } from "../../components/Badge";
import { buttonClass } from "../../components/Button";
import { BarChart } from "../../components/charts/BarChart";
import { FigureBox, FigureRow } from "../../components/Figures";
import { Panel } from "../../components/Panel";
import { Empty, Failed, SkeletonPanel } from "../../components/States";
import { formatFigure, formatHours } from "../../lib/figure";
import { formatMoney, formatRange, formatWhole } from "../../lib/money";
import { formatDayOf, formatMonth, monthOf, monthTick } from "../../lib/month";
import { useNow } from "../../state/clock";
import { HeatPanel } from "../usage/HeatPanel";
import { UsageMonths } from "./UsageMonths";
import { dayHours, monthCosts } from "./usage";

export function WorkspaceUsage({ id }: { id: string }) {
  const query = useQuery(workspaceUsageQuery(id));
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
        <Empty
          icon={BarChart3}
          title="No hours known of this desktop"
          action={
            <Link to="/sync" className={buttonClass("primary")}>
              Sync
            </Link>
          }
        >
          They come from CloudWatch with a sync of usage. A desktop that was never started has none.
        </Empty>
      </Panel>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
      <Latest usage={query.data} />
      <Months usage={query.data} />
      <Days usage={query.data} />
      <HeatPanel desktop={id} />
    </div>
  );
}

function Latest({ usage }: { usage: Usage }) {
  const current = monthOf(useNow());
  const month = usage.months.at(-1);
  const cost = usage.estimates.find((one) => one.month === month?.month);
  if (month === undefined) return null;
  const range = formatRange(cost?.low, cost?.high);
  return (
    <FigureRow>
      <FigureBox
        name={
          <>
            {formatMonth(month.month)} {month.month === current && "so far"} <Badge tone="info">estimate</Badge>
          </>
        }
        value={cost?.amount == null ? "—" : formatMoney(cost.amount)}
        note={cost?.amount == null ? (cost?.missing ?? "not worked out yet") : (range ?? "list price and recorded hours")}
      />
      <FigureBox name="Connected" value={formatHours(month.connected_minutes)} note={`in ${formatFigure(month.sessions)} sessions`} />
      <FigureBox name="Billable" value={`${formatFigure(month.billable_hours)} h`} note={`if it stops after ${month.timeout_hours} h without a user`} />
      <FigureBox
        name="Unknown"
        value={formatHours(month.unknown_minutes)}
        note={month.unknown_minutes > 0 ? "AWS gave no value for them" : "AWS gave a value for every hour"}
      />
    </FigureRow>
  );
}

function Months({ usage }: { usage: Usage }) {
  const current = monthOf(useNow());
  const places = usage.months.map((one) => ({
    key: one.month,
    tick: monthTick(one.month),
    title: formatMonth(one.month),
    open: one.month === current,
  }));
  const costs = monthCosts(usage);
  return (
    <Panel title="By month">
      <div className="grid gap-x-8 gap-y-5 xl:grid-cols-2">
        <div className="min-w-0">
          <BarChart
            label="Hours by month"
            places={places}
            series={[
              { key: "connected", title: "Connected hours", values: usage.months.map((one) => one.connected_minutes / 60) },
              { key: "billable", title: "Hours that auto stop bills", values: usage.months.map((one) => one.billable_hours) },
            ]}
            format={(hours) => `${formatFigure(Math.round(hours * 10) / 10)} h`}
            formatTick={formatFigure}
            height={200}
          />
        </div>
        <div className="min-w-0">
          {costs.some((amount) => amount !== null) ? (
            <>
              <p className="mb-2 text-[13px] text-ink-soft">Cost by the price book, an estimate</p>
              <BarChart
                label="Estimated cost by month"
                places={places}
                series={[{ key: "cost", title: "Cost", values: costs }]}
                format={formatMoney}
                formatTick={formatWhole}
                height={200}
                gap="no estimate"
              />
            </>
          ) : (
            <p className="grid h-full min-h-32 place-items-center rounded-lg bg-sunken px-6 text-center text-sm text-ink-soft">
              No cost: the price book has no price for this kind of desktop in its region.
            </p>
          )}
        </div>
      </div>
      <UsageMonths usage={usage} />
    </Panel>
  );
}

function Days({ usage }: { usage: Usage }) {
  const days = dayHours(usage.days);
  const unknown = days.filter((one) => one.hours === null).length;
  return (
    <Panel title="By day" aside="connected hours, UTC days">
      {unknown > 0 && <p className="mb-2 text-[13px] text-ink-soft">A dashed line marks days for which AWS gave no value.</p>}
      <BarChart
        label="Connected hours by day"
        places={days.map((one) => ({ key: one.day, tick: formatDayOf(one.day), title: formatDayOf(one.day) }))}
        series={[{ key: "hours", title: "Connected", values: days.map((one) => one.hours) }]}
        format={(hours) => `${formatFigure(Math.round(hours * 10) / 10)} h`}
        formatTick={formatFigure}
        height={180}
        gap="no data"
      />
      {/* A table does not keep to the one pixel that hidden text is given; the box around it does. */}
      <div className="sr-only">
        <table>
          <caption>Connected hours by day</caption>
          <tbody>
            {days.map((one) => (
              <tr key={one.day}>
                <th scope="row">{one.day}</th>
                <td>{one.hours === null ? "no data" : formatFigure(Math.round(one.hours * 10) / 10)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
