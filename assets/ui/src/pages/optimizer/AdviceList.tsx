// The recommendations: filtered, sorted by dollars, chosen for a plan, opened for their evidence.
import { useInfiniteQuery } from "@tanstack/react-query";
import { ClipboardList, PiggyBank, SearchX } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { adviceQuery } from "../../api/queries";
import type { Recommendation } from "../../api/types";
import { AccountMenu } from "../../components/AccountMenu";
import { Button } from "../../components/Button";
import { ChoiceMenu, type Choice } from "../../components/ChoiceMenu";
import { ListPanel } from "../../components/ListPanel";
import { SelectionBar } from "../../components/SelectionBar";
import { Empty } from "../../components/States";
import { toggled, value, values } from "../../lib/address";
import { ADVICE_KINDS, CONFIDENCES, inPlainWords } from "../../lib/adviceWords";
import { formatMoney } from "../../lib/money";
import { useMay } from "../../state/access";
import { useFilters } from "../../state/filters";
import { useSelection } from "../../state/selection";
import { BuildPlanDialog } from "./BuildPlanDialog";
import { choiceLabel, columns, desktopName, isPlannable } from "./columns";
import { EvidenceDrawer } from "./EvidenceDrawer";
import { adviceFilters, isFiltered, withoutFilters } from "./filters";
import { ConfidenceBadge, KindMark } from "./KindMark";
import { Saving } from "./Saving";

const keyOf = (row: Recommendation) => row.id;

export function AdviceList() {
  const { search, change } = useFilters();
  const query = adviceFilters(search);
  const list = useInfiniteQuery(adviceQuery({ ...query, limit: 100 }));
  const selection = useSelection(keyOf, isPlannable);
  const mayPlan = useMay("make_plans");
  const [building, setBuilding] = useState<Recommendation[]>();
  const open = useCallback((row: Recommendation) => change({ open: row.id }), [change]);
  const shown = useMemo(() => columns(open), [open]);
  return (
    <>
      <Filters />
      <ListPanel
        label="Recommendations"
        noun="recommendation"
        query={list}
        columns={shown}
        {...(mayPlan ? { selection, choiceLabel } : {})}
        rowKey={keyOf}
        sort={String(query.sort)}
        onSort={(sort) => change({ sort: sort === "-saving" ? undefined : sort })}
        onOpen={open}
        card={(row) => <Card row={row} onOpen={() => open(row)} />}
        link={(row) => `/optimizer?open=${encodeURIComponent(row.id)}`}
        empty={<NoAdvice filtered={isFiltered(search)} onClear={() => change(withoutFilters)} />}
      />
      {selection.rows.length > 0 && (
        <SelectionBar
          onClear={selection.clear}
          actions={
            <Button small kind="primary" onClick={() => setBuilding(selection.rows)}>
              <ClipboardList aria-hidden /> Build a plan
            </Button>
          }
        >
          {chosenWords(selection.rows)}
        </SelectionBar>
      )}
      {building && <BuildPlanDialog rows={building} onClose={() => setBuilding(undefined)} />}
      <EvidenceDrawer
        id={value(search, "open")}
        onClose={() => change({ open: undefined })}
        onPlan={mayPlan ? (row) => setBuilding([row]) : undefined}
      />
    </>
  );
}

/** `3 chosen · $510.00 a month less · 1 without a price`. */
export function chosenWords(rows: Recommendation[]): string {
  const priced = rows.filter((row) => row.saving != null);
  const sum = priced.reduce((total, row) => total + (row.saving ?? 0), 0);
  const without = rows.length - priced.length;
  return [
    `${rows.length} chosen`,
    priced.length > 0 && (sum < 0 ? `${formatMoney(-sum)} a month more` : `${formatMoney(sum)} a month less`),
    without > 0 && `${without} without a price`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function Filters() {
  const { search, change } = useFilters();
  const menu = (key: string, title: string, offered: readonly Choice[]) => (
    <ChoiceMenu
      title={title}
      choices={offered}
      chosen={values(search, key)}
      onToggle={(one) => change(toggled(search, key, one))}
      onClear={() => change({ [key]: undefined })}
    />
  );
  return (
    <div role="group" aria-label="Filters" className="mb-3 flex flex-wrap items-center gap-1.5">
      <AccountMenu />
      {menu("kind", "Kind", ADVICE_KINDS)}
      {menu("confidence", "Confidence", CONFIDENCES)}
      {isFiltered(search) && (
        <Button small kind="quiet" onClick={() => change(withoutFilters)}>
          Clear all
        </Button>
      )}
    </div>
  );
}

function Card({ row, onOpen }: { row: Recommendation; onOpen: () => void }) {
  return (
    <button type="button" className="flex w-full min-w-0 flex-col gap-1 text-left text-sm" onClick={onOpen}>
      <span className="flex items-start justify-between gap-3">
        <span className="min-w-0">
          <span className="block truncate font-medium">{desktopName(row)}</span>
          <span className="block truncate text-[13px] text-ink-faint">{row.organization_name}</span>
        </span>
        <span className="shrink-0 text-right">
          <Saving amount={row.saving} />
        </span>
      </span>
      <span className="text-ink-soft">{inPlainWords(row.title)}</span>
      <span className="flex items-center justify-between gap-3 text-[13px] text-ink-soft">
        <KindMark kind={row.kind} />
        <ConfidenceBadge confidence={row.confidence} />
      </span>
    </button>
  );
}

function NoAdvice({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <Empty icon={SearchX} title="No recommendation matches" action={<Button onClick={onClear}>Clear filters</Button>}>
      None of them fits every one of these filters.
    </Empty>
  ) : (
    <Empty icon={PiggyBank} title="Nothing to change">
      Every desktop that has a price and known hours already runs in its cheapest way.
    </Empty>
  );
}
