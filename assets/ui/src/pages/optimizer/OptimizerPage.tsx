// What to change, what it saves, and why. The open tab, the filters and the open row stand in the address.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, PiggyBank, RefreshCw } from "lucide-react";
import { advice, parityAddress } from "../../api/endpoints";
import { adviceTotalsQuery } from "../../api/queries";
import { AsOf } from "../../components/AsOf";
import { Badge } from "../../components/Badge";
import { Button, buttonClass } from "../../components/Button";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Empty, Failed, SkeletonPanel } from "../../components/States";
import { Tabs } from "../../components/Tabs";
import { searchParams, value } from "../../lib/address";
import { formatCount } from "../../lib/format";
import { formatMoney } from "../../lib/money";
import { useMay } from "../../state/access";
import { useFilters, useOrganization, useScope } from "../../state/filters";
import { toast, toastError } from "../../state/toasts";
import { AdviceList } from "./AdviceList";
import { BacktestPanel } from "./BacktestPanel";
import { Totals } from "./Totals";
import { WhatIfPanel } from "./WhatIfPanel";

export function OptimizerPage() {
  const scope = useScope();
  const { search, change } = useFilters();
  const totals = useQuery(adviceTotalsQuery(scope));
  const { data } = totals;
  return (
    <Page
      title="Optimizer"
      marks={<Badge tone="info">estimate</Badge>}
      lead={
        data && (
          <span className="flex flex-wrap items-center gap-x-3">
            <span>List prices, a month, without tax and discounts</span>
            {data.as_of && <AsOf at={data.as_of} />}
          </span>
        )
      }
      actions={
        data?.as_of && (
          <>
            <a className={buttonClass("plain", true)} href={parityAddress(searchParams(scope))} download>
              <Download aria-hidden /> AWS-style CSV
            </a>
            <Refresh />
          </>
        )
      }
    >
      {totals.isError ? (
        <Panel flush>
          <Failed error={totals.error} onRetry={() => void totals.refetch()} />
        </Panel>
      ) : data === undefined ? (
        <SkeletonPanel className="h-28" />
      ) : !data.as_of ? (
        <NothingYet />
      ) : (
        <>
          <Totals totals={data} />
          <div className="mt-5">
            <Tabs
              label="Optimizer"
              open={value(search, "view") ?? "advice"}
              onOpen={(view) => change({ view: view === "advice" ? undefined : view, open: undefined })}
              tabs={[
                { key: "advice", title: "Recommendations", content: <AdviceList /> },
                { key: "what-if", title: "What if", content: <WhatIfPanel /> },
                { key: "back-test", title: "Back-test", content: <BacktestPanel /> },
              ]}
            />
          </div>
        </>
      )}
    </Page>
  );
}

function Refresh({ title = "Work out anew" }: { title?: string }) {
  const client = useQueryClient();
  const scope = useScope();
  const allowed = useMay("run_sync", useOrganization());
  const refresh = useMutation({
    mutationFn: () => advice.refresh(scope),
    onSuccess: (totals) => {
      for (const name of ["recommendations", "estimates", "usage"]) void client.invalidateQueries({ queryKey: [name] });
      toast("good", "Worked out anew", `${formatCount(totals.recommendations, "recommendation")}, ${formatMoney(totals.saving)} a month less`);
    },
    onError: (error) => toastError("The recommendations were not worked out", error),
  });
  if (!allowed) return null;
  return (
    <Button small kind="primary" busy={refresh.isPending} onClick={() => refresh.mutate()}>
      {!refresh.isPending && <RefreshCw aria-hidden />} {title}
    </Button>
  );
}

function NothingYet() {
  return (
    <Panel flush>
      <Empty
        icon={PiggyBank}
        title="Nothing worked out yet"
        action={
          <>
            <Link to="/sync" className={buttonClass()}>
              Sync
            </Link>
            <Refresh title="Work out now" />
          </>
        }
      >
        Recommendations come from the hours people were connected. Sync the accounts with usage first, then work them out.
      </Empty>
    </Panel>
  );
}
