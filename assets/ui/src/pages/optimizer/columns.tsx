// The columns of the recommendations. Those that can be sorted bear the names the API sorts by.
import { Link } from "@tanstack/react-router";
import type { Recommendation } from "../../api/types";
import type { Column } from "../../components/DataTable";
import { RowCheck } from "../../components/RowCheck";
import { inPlainWords } from "../../lib/adviceWords";
import type { Selection } from "../../state/selection";
import { ConfidenceBadge, KindMark } from "./KindMark";
import { Saving } from "./Saving";

export const desktopName = (row: Recommendation) => row.user_name ?? row.workspace_id;

/** A person has to decide what to do: a plan cannot hold it. */
const isPlannable = (row: Recommendation) => row.change != null;

export function AdviceCheck({ row, selection }: { row: Recommendation; selection: Selection<Recommendation> }) {
  const plannable = isPlannable(row);
  return (
    <RowCheck
      label={plannable ? `Choose ${desktopName(row)}: ${inPlainWords(row.title)}` : "A person has to decide what to do here"}
      checked={selection.has(row)}
      disabled={!plannable}
      onChange={() => selection.toggle(row)}
    />
  );
}

export function DesktopCell({ row }: { row: Recommendation }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link
        to="/workspaces/$workspaceId"
        params={{ workspaceId: row.workspace_id }}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {desktopName(row)}
      </Link>
      <span className="truncate text-[13px] text-ink-faint">{row.workspace_id}</span>
    </span>
  );
}

export function ClientCell({ row }: { row: Recommendation }) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate">{row.organization_name}</span>
      <span className="truncate text-[13px] text-ink-faint">
        {row.account_name === row.organization_name ? row.region : `${row.account_name} · ${row.region}`}
      </span>
    </span>
  );
}

export function columns(rows: Recommendation[], selection: Selection<Recommendation> | undefined, onOpen: (row: Recommendation) => void) {
  const plannable = rows.filter(isPlannable);
  const chosen = selection ? plannable.filter((row) => selection.has(row)).length : 0;
  const check: Column<Recommendation>[] = selection
    ? [
        {
          id: "chosen",
          header: "Chosen",
          head: (
            <RowCheck
              label="Choose every row shown"
              checked={plannable.length > 0 && chosen === plannable.length}
              partly={chosen > 0}
              disabled={plannable.length === 0}
              onChange={() => selection.toggleAll(plannable)}
            />
          ),
          cell: (row) => <AdviceCheck row={row} selection={selection} />,
        },
      ]
    : [];
  return [
    ...check,
    { id: "workspace_id", header: "Desktop", sortable: true, cell: (row) => <DesktopCell row={row} /> },
    { id: "client", header: "Client", cell: (row) => <ClientCell row={row} /> },
    { id: "kind", header: "Kind", sortable: true, cell: (row) => <KindMark kind={row.kind} /> },
    {
      id: "advice",
      header: "Advice",
      cell: (row) => (
        <button
          type="button"
          className="line-clamp-2 min-w-44 text-left whitespace-normal hover:text-accent hover:underline"
          title={inPlainWords(row.title)}
          onClick={() => onOpen(row)}
        >
          {inPlainWords(row.title)}
        </button>
      ),
    },
    {
      id: "saving",
      header: "Saving a month",
      sortable: true,
      right: true,
      cell: (row) => <Saving amount={row.saving} low={row.saving_low} high={row.saving_high} />,
    },
    { id: "confidence", header: "Confidence", cell: (row) => <ConfidenceBadge confidence={row.confidence} /> },
  ] satisfies Column<Recommendation>[];
}
