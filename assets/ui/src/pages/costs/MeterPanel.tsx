// What reading costs and usage from AWS costs by itself.
import { useQuery } from "@tanstack/react-query";
import { costMeterQuery } from "../../api/queries";
import type { AccountMeter } from "../../api/types";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonRows } from "../../components/States";
import { formatCount, formatNumber } from "../../lib/format";
import { formatMoney } from "../../lib/money";
import { formatMonth } from "../../lib/month";
import { useScope } from "../../state/filters";

const SERVICES: Record<string, { title: string; unit: string }> = {
  cost_explorer: { title: "Cost Explorer", unit: "request" },
  cloudwatch: { title: "CloudWatch", unit: "metric" },
};

export function MeterPanel() {
  const query = useQuery(costMeterQuery(useScope()));
  const { data } = query;
  return (
    <Panel
      title="What asking AWS costs"
      aside={data && `${formatMoney(data.total)} in ${formatMonth(data.month)}`}
      flush
    >
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={3} />
      ) : data.accounts.length === 0 ? (
        <p className="border-t border-line px-4 py-5 text-sm text-ink-faint sm:px-5">Nothing that AWS charges for was asked this month.</p>
      ) : (
        <>
          <ul className="divide-y divide-line border-t border-line">
            {data.accounts.map((one) => (
              <Line key={one.account_id + one.service} meter={one} />
            ))}
          </ul>
          <p className="border-t border-line px-4 py-2.5 text-[13px] text-ink-faint sm:px-5">
            An account is asked for its costs {formatNumber(data.requests_per_day)} times a day at most.
          </p>
        </>
      )}
    </Panel>
  );
}

function Line({ meter }: { meter: AccountMeter }) {
  const service = SERVICES[meter.service] ?? { title: meter.service, unit: "request" };
  return (
    <li className="flex items-start justify-between gap-4 px-4 py-2.5 text-sm sm:px-5">
      <span className="min-w-0">
        <span className="block truncate">{meter.account_name}</span>
        <span className="text-[13px] text-ink-faint">
          {service.title} · {formatCount(meter.requests, service.unit)}, {formatNumber(meter.requests_today)} today
        </span>
      </span>
      <span className="font-medium">{formatMoney(meter.amount)}</span>
    </li>
  );
}
