// One account: how it is doing, how it is reached, and its removal.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { accountQuery } from "../../api/queries";
import type { Account } from "../../api/types";
import { AsOf } from "../../components/AsOf";
import { Button, buttonClass } from "../../components/Button";
import { CopyId } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { Age, Time } from "../../components/Time";
import { formatConstant, formatNumber } from "../../lib/format";
import { useMay } from "../../state/access";
import { SyncNow } from "../sync/SyncNow";
import { AccountTestPanel } from "./AccountTestPanel";
import { EditAccountDialog } from "./EditAccountDialog";
import { HealthBadge } from "./HealthBadge";
import { PolicyTabs } from "./PolicyTabs";
import { RemoveAccountDialog } from "./RemoveAccountDialog";

export function AccountPage() {
  const { accountId } = useParams({ strict: false }) as { accountId: string };
  const query = useQuery(accountQuery(accountId));
  const { data } = query;
  return (
    <Page
      title={data?.name ?? accountId}
      trail={
        <Link to="/accounts" className="inline-flex items-center gap-1 hover:text-ink">
          <ChevronLeft aria-hidden className="size-3.5" /> All accounts
        </Link>
      }
      marks={data && <HealthBadge account={data} />}
      lead={data && <AsOf at={data.last_complete_sync_at} />}
      actions={data && <Actions account={data} />}
    >
      {query.isError ? (
        <Panel flush>
          <Failed
            error={query.error}
            onRetry={() => void query.refetch()}
            list={
              <Link to="/accounts" className={buttonClass("plain", true)}>
                All accounts
              </Link>
            }
          />
        </Panel>
      ) : data === undefined ? (
        <SkeletonPanel className="h-64" />
      ) : (
        <Content account={data} />
      )}
    </Page>
  );
}

function Actions({ account }: { account: Account }) {
  const mayChange = useMay("manage_accounts", account.organization_id);
  const [open, setOpen] = useState<"edit" | "remove">();
  return (
    <>
      {mayChange && (
        <>
          <Button onClick={() => setOpen("remove")}>
            <Trash2 aria-hidden /> Remove
          </Button>
          <Button onClick={() => setOpen("edit")}>
            <Pencil aria-hidden /> Edit
          </Button>
        </>
      )}
      {account.enabled && <SyncNow account={account.id} title="Sync this account" />}
      <EditAccountDialog account={account} open={open === "edit"} onClose={() => setOpen(undefined)} />
      <RemoveAccountDialog account={account} open={open === "remove"} onClose={() => setOpen(undefined)} />
    </>
  );
}

function Content({ account }: { account: Account }) {
  const mayChange = useMay("manage_accounts", account.organization_id);
  // The server gives it only to those who set up roles.
  const externalId = account.external_id ? <CopyId text={account.external_id} /> : mayChange ? "None" : "Hidden";
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
      <div className="grid min-w-0 gap-4 lg:gap-5">
        <Panel title="Sync">
          <Facts>
            <Fact name="WorkSpaces">
              <Link to="/workspaces" search={{ account_id: account.id }} className="text-accent hover:underline">
                {formatNumber(account.workspaces)}
              </Link>
            </Fact>
            <Fact name="Newest sync">
              <Age at={account.last_sync_at} none="Never" />
              {account.last_sync_status && `, ${formatConstant(account.last_sync_status.toUpperCase()).toLowerCase()}`}
            </Fact>
            <Fact name="Last complete sync">
              <Time at={account.last_complete_sync_at} none="Never" />
            </Fact>
          </Facts>
          {account.last_error && (
            <div className="mt-4 rounded-lg bg-bad-soft/50 p-3">
              <Failure failure={account.last_error} />
            </div>
          )}
        </Panel>
        <Panel title="Access">
          <Facts columns={1}>
            <Fact name="Account id">
              <CopyId text={account.id} />
            </Fact>
            <Fact name="Organization">{account.organization_name}</Fact>
            <Fact name="Role">{account.role_arn ? <CopyId text={account.role_arn} /> : "The server's own credentials"}</Fact>
            {account.role_arn && <Fact name="External id">{externalId}</Fact>}
            <Fact name="Role for changes">
              {account.write_role_arn ? <CopyId text={account.write_role_arn} /> : "None: nothing can be changed in this account"}
            </Fact>
            <Fact name="Regions">{account.regions.join(", ") || "Every commercial region that offers WorkSpaces"}</Fact>
            {account.endpoint_url && <Fact name="Endpoint">{account.endpoint_url}</Fact>}
            <Fact name="Added">
              <Time at={account.created_at} />
            </Fact>
          </Facts>
        </Panel>
      </div>
      <div className="grid min-w-0 gap-4 lg:gap-5">
        <AccountTestPanel accountId={account.id} />
        <Panel title="Policy and templates">
          <PolicyTabs account={account} withChanges />
        </Panel>
      </div>
    </div>
  );
}
