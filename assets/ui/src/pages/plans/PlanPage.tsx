// One plan: every desktop with what it is and will be, who approved it, and how far it is.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { PlanDetail } from "../../api/types";
import { planQuery } from "../../api/queries";
import { buttonClass } from "../../components/Button";
import { FigureBox, FigureRow } from "../../components/Figures";
import { Meter } from "../../components/Meter";
import { Notice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { Age, Time } from "../../components/Time";
import { formatNumber } from "../../lib/format";
import { Items } from "./Items";
import { PlanActions } from "./PlanActions";
import { Expiry, PlanBadge } from "./PlanMarks";
import { approvalWords, endangered, endedItems, pricedWords, progressWords, savingWords } from "./standing";

export function PlanPage() {
  const { planId } = useParams({ strict: false }) as { planId: string };
  const query = useQuery(planQuery(planId));
  const { data } = query;
  return (
    <Page
      title={data?.plan.title ?? "Plan"}
      trail={
        <Link to="/plans" className="inline-flex items-center gap-1 hover:text-ink">
          <ChevronLeft aria-hidden className="size-3.5" /> All plans
        </Link>
      }
      marks={data && <PlanBadge state={data.plan.state} />}
      lead={
        data && (
          <>
            {data.plan.organization_name} · made by {data.plan.created_by} <Age at={data.plan.created_at} />
            {data.plan.reason && <span className="block">{data.plan.reason}</span>}
          </>
        )
      }
      actions={data && <PlanActions detail={data} />}
    >
      {query.isError ? (
        <Panel flush>
          <Failed
            error={query.error}
            onRetry={() => void query.refetch()}
            list={
              <Link to="/plans" className={buttonClass("plain", true)}>
                All plans
              </Link>
            }
          />
        </Panel>
      ) : data === undefined ? (
        <SkeletonPanel className="h-80" />
      ) : (
        <Content detail={data} />
      )}
    </Page>
  );
}

function Content({ detail }: { detail: PlanDetail }) {
  const { plan, items } = detail;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
      <Standing detail={detail} />
      <FigureRow>
        <FigureBox main name="Saving a month, estimate" value={savingWords(plan.saving)} note={pricedWords(detail)} />
        <FigureBox name="Desktops" value={formatNumber(plan.items)} note={plan.applied_at ? progressWords(plan) : "nothing is changed yet"} />
        <FigureBox
          name="Approval"
          value={`${plan.approvals.length} of ${plan.approvals_needed}`}
          note={approvalWords(plan)}
        />
        <FigureBox
          wide
          name={plan.finished_at ? "Finished" : plan.applied_at ? "Began" : "Expires"}
          value={<span className="text-xl">{plan.finished_at ? <Age at={plan.finished_at} /> : plan.applied_at ? <Age at={plan.applied_at} /> : <Expiry plan={plan} />}</span>}
          note={<Time at={plan.finished_at ?? plan.applied_at ?? plan.expires_at} />}
        />
      </FigureRow>
      {plan.reverts && (
        <p className="text-sm text-ink-soft">
          It undoes{" "}
          <Link to="/plans/$planId" params={{ planId: plan.reverts }} className="text-accent hover:underline">
            an earlier plan
          </Link>
          .
        </p>
      )}
      <Items items={items} />
    </div>
  );
}

/** What is going on, or what has to happen next. */
function Standing({ detail }: { detail: PlanDetail }) {
  const { plan, items } = detail;
  const losing = endangered(items);
  if (plan.state === "applying" || plan.state === "stopped") {
    return (
      <Panel title={plan.state === "applying" ? "Applying" : "Stopped between two desktops"}>
        <p className="mb-2 text-sm text-ink-soft" aria-live="polite">
          {progressWords(plan)}
        </p>
        <Meter done={endedItems(plan)} total={plan.items} label="Progress of the plan" tone={plan.items_failed > 0 ? "bad" : "accent"} />
      </Panel>
    );
  }
  if (plan.state === "partly_applied" || plan.state === "failed") {
    return (
      <Notice kind={plan.state === "failed" ? "bad" : "warn"} title={plan.state === "failed" ? "No desktop was changed" : "Not every desktop was changed"}>
        {progressWords(plan)}. The reasons stand beside each desktop.
      </Notice>
    );
  }
  if (losing > 0 && (plan.state === "draft" || plan.state === "approved")) {
    return (
      <Notice kind="warn" title={`${formatNumber(losing)} of ${formatNumber(plan.items)} desktops lose data by it`}>
        {plan.approvals_needed > 1 ? "Two people have to approve it. What is terminated does not come back." : "What was saved since the last snapshot is lost."}
      </Notice>
    );
  }
  return null;
}
