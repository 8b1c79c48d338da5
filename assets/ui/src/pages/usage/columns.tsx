// The columns of the usage table. Those that can be sorted bear the names the API sorts by.
import { Link } from "@tanstack/react-router";
import type { UsageRow } from "../../api/types";
import type { Column } from "../../components/DataTable";
import { formatHours } from "../../lib/figure";
import { formatConstant, formatCount, formatNumber } from "../../lib/format";
import { formatMoney } from "../../lib/money";

const Faint = ({ children }: { children: React.ReactNode }) => <span className="text-ink-faint">{children}</span>;
const constant = (text: string | null | undefined) => (text ? formatConstant(text) : <Faint>—</Faint>);
const percent = (share: number | null | undefined) => (share == null ? <Faint>—</Faint> : `${Math.round(share)} %`);

export function DesktopName({ row }: { row: UsageRow }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link
        to="/workspaces/$workspaceId"
        params={{ workspaceId: row.workspace_id }}
        search={{ view: "usage" }}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {row.user_name ?? row.workspace_id}
      </Link>
      <span className="truncate text-[13px] text-ink-faint">{row.workspace_id}</span>
    </span>
  );
}

/** By the price book; where there is none, the reason. */
export function Cost({ row }: { row: UsageRow }) {
  if (row.cost == null) return <Faint>{row.cost_missing ?? "not worked out"}</Faint>;
  return <span className="font-medium">{formatMoney(row.cost)}</span>;
}

export const COLUMNS: Column<UsageRow>[] = [
  { id: "user_name", header: "Desktop", sortable: true, cell: (row) => <DesktopName row={row} /> },
  { id: "account_name", header: "Account", cell: (row) => row.account_name },
  {
    id: "running_mode",
    header: "Runs as",
    cell: (row) => (
      <span className="flex flex-col">
        <span>{constant(row.running_mode)}</span>
        <span className="text-[13px] text-ink-faint">{constant(row.compute_type)}</span>
      </span>
    ),
  },
  {
    id: "connected_minutes",
    header: "Connected",
    sortable: true,
    right: true,
    cell: (row) => <span title={formatCount(row.sessions, "session")}>{formatHours(row.connected_minutes)}</span>,
  },
  {
    id: "billable_hours",
    header: "Billable",
    sortable: true,
    right: true,
    cell: (row) => <span title={`With auto stop after ${row.timeout_hours} h`}>{formatNumber(row.billable_hours)} h</span>,
  },
  {
    id: "unknown_minutes",
    header: "Unknown",
    sortable: true,
    right: true,
    cell: (row) => (row.unknown_minutes === 0 ? <Faint>0 h</Faint> : <span className="text-warn">{formatHours(row.unknown_minutes)}</span>),
  },
  { id: "cpu_average", header: "CPU", sortable: true, right: true, cell: (row) => percent(row.cpu_average) },
  { id: "memory_average", header: "Memory", sortable: true, right: true, cell: (row) => percent(row.memory_average) },
  { id: "cost", header: "Cost, estimate", sortable: true, right: true, cell: (row) => <Cost row={row} /> },
];
