// Every desktop of a plan: what it is, what it will be, and what AWS said.
import { Link } from "@tanstack/react-router";
import { ArrowRight, SearchX } from "lucide-react";
import type { PlanItem } from "../../api/types";
import { Button } from "../../components/Button";
import { ChoiceMenu } from "../../components/ChoiceMenu";
import { CopyId } from "../../components/CopyText";
import { DataTable, type Column } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty } from "../../components/States";
import { toggled, values } from "../../lib/address";
import { beforeWords, changeWords, isDestructive, VERBS } from "../../lib/change";
import { capital, formatCount } from "../../lib/format";
import { useFilters } from "../../state/filters";
import { ItemBadge, PlanSaving } from "./PlanMarks";
import { ITEM_STATES } from "./standing";

export function Items({ items }: { items: PlanItem[] }) {
  const { search, change } = useFilters();
  const states = values(search, "state");
  const counts = new Map<PlanItem["state"], number>();
  for (const item of items) counts.set(item.state, (counts.get(item.state) ?? 0) + 1);
  const shown = states.length === 0 ? items : items.filter((item) => states.includes(item.state));
  return (
    <section aria-labelledby="items" className="min-w-0 rounded-xl border border-line bg-panel shadow-panel">
      <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5 sm:px-5">
        <h2 id="items" className="text-sm font-semibold">
          {formatCount(items.length, "desktop")}
        </h2>
        <ChoiceMenu
          title="State"
          choices={[...counts].map(([key, count]) => ({ key, title: ITEM_STATES[key], note: count }))}
          chosen={states}
          onToggle={(one) => change(toggled(search, "state", one), true)}
          onClear={() => change({ state: undefined }, true)}
        />
      </header>
      {shown.length === 0 ? (
        <Empty icon={SearchX} title="No desktop is in this state" action={<Button onClick={() => change({ state: undefined })}>Show all</Button>} />
      ) : (
        <DataTable
          label="Desktops of the plan"
          rows={shown}
          columns={COLUMNS}
          rowKey={(item) => String(item.position)}
          card={(item) => <Card item={item} />}
        />
      )}
    </section>
  );
}

function DesktopLink({ item }: { item: PlanItem }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link
        to="/workspaces/$workspaceId"
        params={{ workspaceId: item.workspace_id }}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {item.user_name ?? item.workspace_id}
      </Link>
      <span className="truncate text-[13px] text-ink-faint">
        {item.workspace_id} · {item.region}
      </span>
    </span>
  );
}

function BeforeAfter({ item }: { item: PlanItem }) {
  const before = beforeWords(item.change, item.before);
  return (
    <span className="flex flex-wrap items-center gap-x-2 whitespace-normal">
      {before && (
        <>
          <span className="text-ink-soft">{before}</span>
          <ArrowRight aria-label="becomes" className="size-3.5 shrink-0 text-ink-faint" />
        </>
      )}
      <span className={isDestructive(item.change) ? "font-medium text-bad" : "font-medium"}>{changeWords(item.change)}</span>
    </span>
  );
}

/** How it went: AWS's error as it is, why it was skipped, and AWS's id of the call. */
function Outcome({ item }: { item: PlanItem }) {
  if (item.error_code) {
    return <Failure failure={{ code: item.error_code, message: item.error_message ?? "", request_id: item.request_id ?? null }} />;
  }
  if (!item.note && !item.request_id) return null;
  return (
    <div className="text-[13px] text-ink-faint">
      {item.note && <p className="break-words whitespace-normal text-ink-soft">{capital(item.note)}</p>}
      {item.request_id && (
        <p className="flex flex-wrap items-center gap-x-1.5">
          Request <CopyId text={item.request_id} />
        </p>
      )}
    </div>
  );
}

const COLUMNS: Column<PlanItem>[] = [
  { id: "position", header: "#", right: true, cell: (item) => <span className="text-ink-faint">{item.position}</span> },
  { id: "desktop", header: "Desktop", cell: (item) => <DesktopLink item={item} /> },
  { id: "verb", header: "What", cell: (item) => VERBS[item.change.verb].title },
  { id: "change", header: "Now and then", cell: (item) => <BeforeAfter item={item} /> },
  { id: "saving", header: "Saving a month", right: true, cell: (item) => <PlanSaving saving={item.saving} /> },
  { id: "state", header: "State", cell: (item) => <ItemBadge state={item.state} /> },
  {
    id: "outcome",
    header: "AWS said",
    cell: (item) => (
      <span className="block max-w-72 whitespace-normal">
        <Outcome item={item} />
      </span>
    ),
  },
];

function Card({ item }: { item: PlanItem }) {
  return (
    <div className="flex flex-col gap-1.5 text-sm">
      <div className="flex items-start justify-between gap-3">
        <DesktopLink item={item} />
        <ItemBadge state={item.state} />
      </div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <BeforeAfter item={item} />
        <PlanSaving saving={item.saving} />
      </div>
      <Outcome item={item} />
    </div>
  );
}
