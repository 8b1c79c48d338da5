// The first page: what needs a person, what there is, what changed.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Building2, RefreshCw } from "lucide-react";
import { dashboardQuery } from "../../api/queries";
import type { Dashboard } from "../../api/types";
import { AsOf } from "../../components/AsOf";
import { buttonClass } from "../../components/Button";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Empty, Failed, SkeletonPanel } from "../../components/States";
import { formatCount } from "../../lib/format";
import { useMay } from "../../state/access";
import { useScope } from "../../state/filters";
import { SyncNow } from "../sync/SyncNow";
import { CountList } from "./CountList";
import { Figures } from "./Figures";
import { LastSync } from "./LastSync";
import { NeedsAttention } from "./NeedsAttention";
import { RecentChanges } from "./RecentChanges";
import { TrendChart } from "./TrendChart";

export function DashboardPage() {
  const query = useQuery(dashboardQuery(useScope()));
  const { data } = query;
  return (
    <Page
      title="Dashboard"
      lead={data && <AsOf at={data.as_of} />}
      actions={data && data.accounts > 0 && <SyncNow />}
    >
      {query.isError ? (
        <Panel flush>
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        </Panel>
      ) : data === undefined ? (
        <Loading />
      ) : data.accounts === 0 ? (
        <NoAccounts />
      ) : (
        <Content data={data} />
      )}
    </Page>
  );
}

function Content({ data }: { data: Dashboard }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
      <NeedsAttention scopes={data.failing_scopes} alerts={data.alerts} accounts={data.by_account} />
      {!data.as_of && !data.last_run && <NeverSynced accounts={data.accounts} />}
      <Figures data={data} />
      <div className="grid gap-4 lg:grid-cols-3 lg:gap-5">
        <Panel title="WorkSpaces over the last 30 days" aside="end of each UTC day" className="lg:col-span-2">
          <TrendChart days={data.trend} />
        </Panel>
        <Panel title="Since yesterday" flush>
          <RecentChanges changes={data.changed} />
        </Panel>
      </div>
      <div className="grid gap-4 md:grid-cols-2 lg:gap-5 xl:grid-cols-3">
        <CountList title="State" filter="state" counts={data.by_state} toned />
        <CountList title="Compute type" filter="compute_type" counts={data.by_compute_type} />
        <div className="flex flex-col gap-4 md:col-span-2 md:flex-row lg:gap-5 xl:col-span-1 xl:flex-col [&>*]:flex-1">
          <CountList title="Running mode" filter="running_mode" counts={data.by_running_mode} short={3} />
          <CountList title="Region" filter="region" counts={data.by_region} short={3} />
        </div>
      </div>
      <div className="grid gap-4 md:grid-cols-2 lg:gap-5">
        <CountList title="Account" filter="account_id" counts={data.by_account} />
        <CountList title="Bundle" filter="bundle_id" counts={data.by_bundle} />
      </div>
      <LastSync run={data.last_run} />
    </div>
  );
}

function NoAccounts() {
  const mayAdd = useMay("manage_accounts");
  return (
    <Panel flush>
      <Empty
        icon={Building2}
        title="No AWS account yet"
        action={
          mayAdd && (
            <Link to="/accounts/new" className={buttonClass("primary")}>
              Add an account
            </Link>
          )
        }
      >
        {mayAdd
          ? "Add the first account: its role is created with one template, and its WorkSpaces appear after the first sync."
          : "An admin of your organization can add one."}
      </Empty>
    </Panel>
  );
}

function NeverSynced({ accounts }: { accounts: number }) {
  return (
    <Panel flush>
      <Empty icon={RefreshCw} title="Nothing synced yet" action={<SyncNow />}>
        {formatCount(accounts, "account")} added. The first sync lists every WorkSpace.
      </Empty>
    </Panel>
  );
}

function Loading() {
  return (
    <div className="grid gap-5">
      <SkeletonPanel />
      <div className="grid gap-5 lg:grid-cols-3">
        <SkeletonPanel className="h-64 lg:col-span-2" />
        <SkeletonPanel className="h-64" />
      </div>
    </div>
  );
}
