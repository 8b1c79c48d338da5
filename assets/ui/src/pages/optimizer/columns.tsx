// The columns of the recommendations. Those that can be sorted bear the names the API sorts by.
import { Link } from "@tanstack/react-router";
import type { Recommendation } from "../../api/types";
import type { Column } from "../../components/DataTable";
import { inPlainWords } from "../../lib/adviceWords";
import { ConfidenceBadge, KindMark } from "./KindMark";
import { Saving } from "./Saving";

export const desktopName = (row: Recommendation) => row.user_name ?? row.workspace_id;

/** A person has to decide what to do about the others: a plan cannot hold them. */
export const isPlannable = (row: Recommendation) => row.change != null;

export const choiceLabel = (row: Recommendation) =>
  isPlannable(row) ? `Choose ${desktopName(row)}: ${inPlainWords(row.title)}` : "A person has to decide what to do here";

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

export function columns(onOpen: (row: Recommendation) => void): Column<Recommendation>[] {
  return [
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
  ];
}
