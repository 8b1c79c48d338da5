// One desktop: everything known of it, and its history.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { workspaceQuery } from "../../api/queries";
import type { WorkspaceDetail } from "../../api/types";
import { buttonClass } from "../../components/Button";
import { CopyId } from "../../components/CopyText";
import { Notice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { Tabs } from "../../components/Tabs";
import { Age, Time } from "../../components/Time";
import { value } from "../../lib/address";
import { useFilters } from "../../state/filters";
import { ActionsMenu } from "../actions/ActionsMenu";
import { WorkspaceStatus } from "./columns";
import { Properties } from "./Properties";
import { Timeline } from "./Timeline";
import { WorkspaceAdvice } from "./WorkspaceAdvice";
import { WorkspaceUsage } from "./WorkspaceUsage";

export function WorkspacePage() {
  const { workspaceId } = useParams({ strict: false }) as { workspaceId: string };
  const query = useQuery(workspaceQuery(workspaceId));
  const { data } = query;
  return (
    <Page
      title={data ? (data.display_name ?? data.user_name ?? workspaceId) : workspaceId}
      trail={
        <Link to="/workspaces" className="inline-flex items-center gap-1 hover:text-ink">
          <ChevronLeft aria-hidden className="size-3.5" /> All WorkSpaces
        </Link>
      }
      marks={data && <WorkspaceStatus row={data} />}
      lead={data && <Lead detail={data} />}
      actions={data && !data.deleted_at && <ActionsMenu desktops={[data]} />}
    >
      {query.isError ? (
        <Panel flush>
          <Failed
            error={query.error}
            onRetry={() => void query.refetch()}
            list={
              <Link to="/workspaces" className={buttonClass("plain", true)}>
                All WorkSpaces
              </Link>
            }
          />
        </Panel>
      ) : data === undefined ? (
        <div className="grid gap-5 lg:grid-cols-3">
          <SkeletonPanel className="h-80 lg:col-span-2" />
          <SkeletonPanel className="h-80" />
        </div>
      ) : (
        <Content detail={data} />
      )}
    </Page>
  );
}

function Lead({ detail }: { detail: WorkspaceDetail }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <CopyId text={detail.workspace_id} />
      <span className="text-[13px] text-ink-faint">
        {detail.account_name} · {detail.region} · listed <Age at={detail.last_seen_at} />
      </span>
    </span>
  );
}

function Content({ detail }: { detail: WorkspaceDetail }) {
  const { search, change } = useFilters();
  return (
    <Tabs
      label="Desktop"
      open={value(search, "view") ?? "overview"}
      onOpen={(view) => change({ view: view === "overview" ? undefined : view }, true)}
      tabs={[
        { key: "overview", title: "Overview", content: <Overview detail={detail} /> },
        { key: "usage", title: "Usage and cost", content: <WorkspaceUsage id={detail.workspace_id} /> },
      ]}
    />
  );
}

function Overview({ detail }: { detail: WorkspaceDetail }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-3 lg:gap-5">
      <div className="grid min-w-0 gap-4 lg:col-span-2 lg:gap-5">
        <Warnings detail={detail} />
        <WorkspaceAdvice id={detail.workspace_id} />
        <Properties detail={detail} />
      </div>
      <Panel title="History" aside="newest first">
        <Timeline detail={detail} />
      </Panel>
    </div>
  );
}

function Warnings({ detail }: { detail: WorkspaceDetail }) {
  const failed = detail.error_code ?? detail.error_message;
  return (
    <>
      {detail.deleted_at ? (
        <Notice kind="info" title={detail.terminated_at ? "Terminated" : "Deleted"}>
          AWS no longer has it since <Time at={detail.terminated_at ?? detail.deleted_at} />. What is below is the last that
          was known.
        </Notice>
      ) : (
        detail.missing_since && (
          <Notice kind="warn" title="AWS no longer lists this WorkSpace">
            It is missing since <Time at={detail.missing_since} />. If the next complete sync does not find it either, it counts
            as deleted.
          </Notice>
        )
      )}
      {failed && (
        <Notice kind="bad" title={detail.error_code ?? "AWS reports an error"}>
          {detail.error_message}
        </Notice>
      )}
    </>
  );
}
