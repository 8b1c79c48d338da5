// The directories that desktops are registered with.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FolderTree } from "lucide-react";
import { directoriesQuery } from "../../api/queries";
import type { Directory } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import type { Column } from "../../components/DataTable";
import { SimpleList } from "../../components/SimpleList";
import { Age } from "../../components/Time";
import { formatConstant, formatCount, formatNumber } from "../../lib/format";
import { useListState } from "../../state/filters";

const stateOf = (row: Directory) => (row.missing_since ? "missing" : (row.state ?? "UNKNOWN"));

function Name({ row }: { row: Directory }) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate font-medium">{row.alias ?? row.directory_name ?? row.directory_id}</span>
      <code className="font-mono text-[13px] text-ink-faint">{row.directory_id}</code>
    </span>
  );
}

const COLUMNS: Column<Directory>[] = [
  { id: "directory_name", header: "Directory", sortable: true, cell: (row) => <Name row={row} /> },
  { id: "state", header: "State", sortable: true, cell: (row) => <StateBadge state={stateOf(row)} /> },
  {
    id: "directory_type",
    header: "Type",
    sortable: true,
    cell: (row) => (row.directory_type ? formatConstant(row.directory_type) : "—"),
  },
  { id: "registration_code", header: "Registration code", cell: (row) => <code className="font-mono text-[13px]">{row.registration_code ?? "—"}</code> },
  { id: "account_name", header: "Account", sortable: true, cell: (row) => row.account_name },
  { id: "region", header: "Region", sortable: true, cell: (row) => row.region },
  {
    id: "workspaces",
    header: "WorkSpaces",
    right: true,
    cell: (row) => (
      <Link to="/workspaces" search={{ directory_id: row.directory_id }} className="font-medium text-accent hover:underline">
        {formatNumber(row.workspaces)}
      </Link>
    ),
  },
  { id: "last_seen_at", header: "Last seen", cell: (row) => <Age at={row.last_seen_at} /> },
];

export function DirectoriesPage() {
  const state = useListState("directory_name");
  const list = useInfiniteQuery(directoriesQuery(state.query));
  return (
    <SimpleList
      title="Directories"
      lead="What WorkSpaces are registered with"
      noun="directory"
      nouns="directories"
      icon={FolderTree}
      state={state}
      list={list}
      columns={COLUMNS}
      rowKey={(row) => row.directory_id}
      card={(row) => (
        <div className="flex flex-col gap-1">
          <div className="flex items-start justify-between gap-3">
            <Name row={row} />
            <StateBadge state={stateOf(row)} />
          </div>
          <p className="text-[13px] text-ink-soft">
            {row.account_name} · {row.region} ·{" "}
            <Link to="/workspaces" search={{ directory_id: row.directory_id }} className="text-accent">
              {formatCount(row.workspaces, "WorkSpace")}
            </Link>
          </p>
        </div>
      )}
      emptyText="They appear with the first sync of an account that has some."
    />
  );
}
