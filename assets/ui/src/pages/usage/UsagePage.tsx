// Hours by desktop and month, and when in the week people work. Month, search and order stand in the address.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { BarChart3, SearchX } from "lucide-react";
import { usageQuery } from "../../api/queries";
import type { UsageRow } from "../../api/types";
import { AccountMenu } from "../../components/AccountMenu";
import { AsOf } from "../../components/AsOf";
import { Button, buttonClass } from "../../components/Button";
import { ListPanel } from "../../components/ListPanel";
import { MonthPicker } from "../../components/MonthPicker";
import { Page } from "../../components/Page";
import { SearchBox } from "../../components/SearchBox";
import { Empty } from "../../components/States";
import { value, values } from "../../lib/address";
import { formatHours } from "../../lib/figure";
import { formatConstant } from "../../lib/format";
import { formatLongMonth, isMonth, monthOf } from "../../lib/month";
import { useNow } from "../../state/clock";
import { useFilters, useScope } from "../../state/filters";
import { COLUMNS, Cost, DesktopName } from "./columns";
import { HeatPanel } from "./HeatPanel";

export function UsagePage() {
  const { search, change } = useFilters();
  const scope = useScope();
  const navigate = useNavigate();
  const current = monthOf(useNow());
  const named = value(search, "month");
  const month = isMonth(named) ? named : current;
  const q = value(search, "q") ?? "";
  const sort = value(search, "sort") ?? "-billable_hours";
  const accounts = values(search, "account_id");
  const list = useInfiniteQuery(
    usageQuery({ ...scope, month, sort, ...(q ? { q } : {}), ...(accounts.length > 0 ? { account_id: accounts } : {}) }),
  );
  const first = list.data?.pages[0];
  const filtered = q !== "" || accounts.length > 0;
  return (
    <Page
      title="Usage"
      lead={first?.as_of && <AsOf at={first.as_of} />}
    >
      <HeatPanel />
      <div className="mt-6 mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 className="text-base font-semibold">
          Hours by desktop, {formatLongMonth(month)}
          {month === current && <span className="font-normal text-ink-faint"> so far</span>}
        </h2>
        <MonthPicker month={month} onChange={(next) => change({ month: next === current ? undefined : next })} />
      </div>
      <div className="mb-3 flex flex-wrap items-center gap-1.5">
        <SearchBox
          label="Search desktops"
          value={q}
          onChange={(next) => change({ q: next || undefined }, true)}
          className="w-full sm:w-72"
        />
        <AccountMenu />
      </div>
      <ListPanel
        label="Hours by desktop"
        noun="desktop"
        synced
        query={list}
        columns={COLUMNS}
        rowKey={(row) => [row.account_id, row.region, row.workspace_id].join("/")}
        sort={sort}
        onSort={(next) => change({ sort: next === "-billable_hours" ? undefined : next })}
        onOpen={(row) =>
          void navigate({ to: "/workspaces/$workspaceId", params: { workspaceId: row.workspace_id }, search: { view: "usage" } })
        }
        card={(row) => <Card row={row} />}
        empty={<NoRows filtered={filtered} onClear={() => change({ q: undefined, account_id: undefined })} />}
      />
    </Page>
  );
}

function Card({ row }: { row: UsageRow }) {
  return (
    <div className="flex flex-col gap-1 text-sm">
      <div className="flex items-start justify-between gap-3">
        <DesktopName row={row} />
        <Cost row={row} />
      </div>
      <p className="text-[13px] text-ink-soft">
        {[row.account_name, row.running_mode && formatConstant(row.running_mode)].filter(Boolean).join(" · ")}
      </p>
      <p className="text-[13px] text-ink-faint">
        {formatHours(row.connected_minutes)} connected · {row.billable_hours} h billable
        {row.unknown_minutes > 0 && ` · ${formatHours(row.unknown_minutes)} unknown`}
      </p>
    </div>
  );
}

function NoRows({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <Empty icon={SearchX} title="No desktop matches" action={<Button onClick={onClear}>Clear filters</Button>} />
  ) : (
    <Empty
      icon={BarChart3}
      title="No usage in this month"
      action={
        <Link to="/sync" className={buttonClass("primary")}>
          Sync
        </Link>
      }
    >
      Hours come from CloudWatch with a sync of usage. AWS keeps them for 15 months; choose a later month or sync first.
    </Empty>
  );
}
