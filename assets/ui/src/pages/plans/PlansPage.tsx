// Plans of changes: those that wait for somebody, those at work, and what became of the rest.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ClipboardList, SearchX } from "lucide-react";
import type { Plan } from "../../api/types";
import { plansQuery } from "../../api/queries";
import { Button, buttonClass } from "../../components/Button";
import { ChoiceMenu } from "../../components/ChoiceMenu";
import type { Column } from "../../components/DataTable";
import { ListPanel } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import { Empty } from "../../components/States";
import { Age } from "../../components/Time";
import { toggled, value, values } from "../../lib/address";
import { formatCount } from "../../lib/format";
import { useFilters, useScope } from "../../state/filters";
import { Expiry, PlanBadge, PlanSaving } from "./PlanMarks";
import { approvalWords, PLAN_STATES, progressWords } from "./standing";

export function PlansPage() {
  const { search, change } = useFilters();
  const navigate = useNavigate();
  const states = values(search, "state");
  const sort = value(search, "sort") ?? "-id";
  const list = useInfiniteQuery(plansQuery({ ...useScope(), sort, ...(states.length > 0 ? { state: states } : {}) }));
  return (
    <Page title="Plans" lead="Changes of desktops, approved before they are made.">
      <div role="group" aria-label="Filters" className="mb-3 flex flex-wrap items-center gap-1.5">
        <ChoiceMenu
          title="State"
          choices={PLAN_STATES}
          chosen={states}
          onToggle={(one) => change(toggled(search, "state", one))}
          onClear={() => change({ state: undefined })}
        />
      </div>
      <ListPanel
        label="Plans"
        noun="plan"
        query={list}
        columns={COLUMNS}
        rowKey={(plan) => plan.id}
        sort={sort}
        onSort={(next) => change({ sort: next === "-id" ? undefined : next })}
        onOpen={(plan) => void navigate({ to: "/plans/$planId", params: { planId: plan.id } })}
        card={(plan) => <Card plan={plan} />}
        empty={<NoPlans filtered={states.length > 0} onClear={() => change({ state: undefined })} />}
      />
    </Page>
  );
}

function PlanLink({ plan }: { plan: Plan }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link to="/plans/$planId" params={{ planId: plan.id }} className="truncate font-medium hover:text-accent hover:underline">
        {plan.title}
      </Link>
      <span className="truncate text-[13px] text-ink-faint">{plan.organization_name}</span>
    </span>
  );
}

const COLUMNS: Column<Plan>[] = [
  { id: "title", header: "Plan", sortable: true, cell: (plan) => <PlanLink plan={plan} /> },
  { id: "state", header: "State", sortable: true, cell: (plan) => <PlanBadge state={plan.state} /> },
  {
    id: "items",
    header: "Desktops",
    cell: (plan) => (
      <span className={plan.items_failed > 0 ? "text-bad" : ""}>
        {plan.applied_at ? progressWords(plan) : formatCount(plan.items, "change")}
      </span>
    ),
  },
  { id: "saving", header: "Saving a month", sortable: true, right: true, cell: (plan) => <PlanSaving saving={plan.saving} /> },
  { id: "approvals", header: "Approval", cell: (plan) => <span className="text-ink-soft">{approvalWords(plan)}</span> },
  {
    id: "id",
    header: "Made",
    sortable: true,
    cell: (plan) => (
      <span className="flex flex-col">
        <Age at={plan.created_at} />
        <span className="text-[13px] text-ink-faint">by {plan.created_by}</span>
      </span>
    ),
  },
  { id: "expires_at", header: "Expires", sortable: true, cell: (plan) => <Expiry plan={plan} /> },
];

function Card({ plan }: { plan: Plan }) {
  return (
    <div className="flex flex-col gap-1 text-sm">
      <div className="flex items-start justify-between gap-3">
        <PlanLink plan={plan} />
        <PlanBadge state={plan.state} />
      </div>
      <p className="flex justify-between gap-3 text-[13px] text-ink-soft">
        <span>{plan.applied_at ? progressWords(plan) : formatCount(plan.items, "change")}</span>
        <PlanSaving saving={plan.saving} />
      </p>
      <p className="text-[13px] text-ink-faint">
        {approvalWords(plan)} · made <Age at={plan.created_at} /> by {plan.created_by}
      </p>
    </div>
  );
}

function NoPlans({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <Empty icon={SearchX} title="No plan is in this state" action={<Button onClick={onClear}>Clear filters</Button>} />
  ) : (
    <Empty
      icon={ClipboardList}
      title="No plan yet"
      action={
        <>
          <Link to="/workspaces" className={buttonClass()}>
            WorkSpaces
          </Link>
          <Link to="/optimizer" className={buttonClass("primary")}>
            Optimizer
          </Link>
        </>
      }
    >
      Choose recommendations, or desktops and what to change about them. The plan is approved, applied, checked and can be undone.
    </Empty>
  );
}
