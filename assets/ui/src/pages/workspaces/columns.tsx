// The columns of the WorkSpaces table. Their ids are the names the API sorts by.
import { Link } from "@tanstack/react-router";
import type { Workspace } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import type { Column } from "../../components/DataTable";
import { Age, Time } from "../../components/Time";
import { formatConstant } from "../../lib/format";

const Faint = ({ children }: { children: React.ReactNode }) => <span className="text-ink-faint">{children}</span>;
const text = (value: string | null | undefined) => value ?? <Faint>—</Faint>;
const constant = (value: string | null | undefined) => (value ? formatConstant(value) : <Faint>—</Faint>);
const code = (value: string | null | undefined) =>
  value ? <code className="font-mono text-[13px]">{value}</code> : <Faint>—</Faint>;
const gib = (value: number | null | undefined) => (value != null ? `${value} GiB` : <Faint>—</Faint>);

/** What a row is called: its person, and the machine's name when it has one. */
export function WorkspaceName({ row }: { row: Workspace }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link
        to="/workspaces/$workspaceId"
        params={{ workspaceId: row.workspace_id }}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {row.display_name ?? row.user_name ?? row.workspace_id}
      </Link>
      <span className="truncate text-[13px] text-ink-faint in-data-[density=compact]:hidden">{row.computer_name ?? row.workspace_id}</span>
    </span>
  );
}

/** The state, or that AWS no longer lists it. */
export function WorkspaceStatus({ row }: { row: Workspace }) {
  if (row.deleted_at) return <StateBadge state="deleted" />;
  if (row.missing_since) return <StateBadge state="missing" />;
  return <StateBadge state={row.state} />;
}

export function LastConnected({ row }: { row: Workspace }) {
  if (row.connection_state === "CONNECTED") return <span className="font-medium text-good">Connected now</span>;
  return <Age at={row.last_connected_at} none={row.connection_checked_at ? "Never" : "Not known"} />;
}

export const COLUMNS: Column<Workspace>[] = [
  { id: "user_name", header: "User", sortable: true, cell: (row) => <WorkspaceName row={row} /> },
  { id: "state", header: "State", sortable: true, cell: (row) => <WorkspaceStatus row={row} /> },
  { id: "running_mode", header: "Mode", sortable: true, cell: (row) => constant(row.running_mode) },
  { id: "compute_type", header: "Compute", sortable: true, cell: (row) => constant(row.compute_type) },
  { id: "account_name", header: "Account", sortable: true, cell: (row) => row.account_name },
  { id: "organization_name", header: "Organization", sortable: true, cell: (row) => row.organization_name },
  { id: "region", header: "Region", sortable: true, cell: (row) => row.region },
  { id: "last_connected_at", header: "Last connected", sortable: true, cell: (row) => <LastConnected row={row} /> },
  { id: "connection_state", header: "Connection", sortable: true, cell: (row) => constant(row.connection_state) },
  { id: "bundle_name", header: "Bundle", sortable: true, cell: (row) => text(row.bundle_name ?? row.bundle_id) },
  { id: "directory_name", header: "Directory", sortable: true, cell: (row) => text(row.directory_name ?? row.directory_id) },
  { id: "operating_system", header: "Operating system", sortable: true, cell: (row) => constant(row.operating_system) },
  { id: "workspace_id", header: "WorkSpace id", sortable: true, cell: (row) => code(row.workspace_id) },
  { id: "computer_name", header: "Computer", sortable: true, cell: (row) => code(row.computer_name) },
  { id: "ip_address", header: "IP address", sortable: true, cell: (row) => code(row.ip_address) },
  { id: "account_id", header: "Account id", sortable: true, cell: (row) => code(row.account_id) },
  { id: "root_volume_gib", header: "Root volume", sortable: true, right: true, cell: (row) => gib(row.root_volume_gib) },
  { id: "user_volume_gib", header: "User volume", sortable: true, right: true, cell: (row) => gib(row.user_volume_gib) },
  { id: "tags", header: "Tags", cell: (row) => <TagLine tags={row.tags} /> },
  { id: "created_at", header: "Created", sortable: true, cell: (row) => <Time at={row.created_at} /> },
  { id: "first_seen_at", header: "First seen", sortable: true, cell: (row) => <Time at={row.first_seen_at} /> },
  { id: "last_seen_at", header: "Last seen", sortable: true, cell: (row) => <Age at={row.last_seen_at} /> },
];

export const DEFAULT_COLUMNS = [
  "user_name",
  "state",
  "running_mode",
  "compute_type",
  "account_name",
  "region",
  "last_connected_at",
];

function TagLine({ tags }: { tags: Workspace["tags"] }) {
  const all = Object.entries(tags);
  if (all.length === 0) return <Faint>none</Faint>;
  return <span title={all.map(([key, value]) => `${key} = ${value}`).join("\n")}>{all.map(([key, value]) => `${key}=${value}`).join(", ")}</span>;
}
