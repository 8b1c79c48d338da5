// The bundles that desktops are made from.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { bundlesQuery } from "../../api/queries";
import type { Bundle } from "../../api/types";
import { Badge } from "../../components/Badge";
import type { Column } from "../../components/DataTable";
import { SimpleList } from "../../components/SimpleList";
import { Age } from "../../components/Time";
import { formatConstant, formatCount, formatNumber } from "../../lib/format";
import { useListState } from "../../state/filters";

function Name({ row }: { row: Bundle }) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate font-medium">{row.name ?? row.bundle_id}</span>
      <code className="font-mono text-[13px] text-ink-faint">{row.bundle_id}</code>
    </span>
  );
}

const volumes = (row: Bundle) =>
  row.root_volume_gib == null ? "—" : `${row.root_volume_gib} + ${row.user_volume_gib ?? 0} GiB`;

const COLUMNS: Column<Bundle>[] = [
  { id: "name", header: "Bundle", sortable: true, cell: (row) => <Name row={row} /> },
  {
    id: "compute_type",
    header: "Compute",
    sortable: true,
    cell: (row) => (row.compute_type ? formatConstant(row.compute_type) : "—"),
  },
  { id: "volumes", header: "Volumes", cell: volumes },
  {
    id: "owner",
    header: "Owner",
    sortable: true,
    cell: (row) => (row.owner === "AMAZON" ? <Badge tone="idle">Amazon</Badge> : <Badge tone="accent">Own</Badge>),
  },
  { id: "account_name", header: "Account", sortable: true, cell: (row) => row.account_name },
  { id: "region", header: "Region", sortable: true, cell: (row) => row.region },
  {
    id: "workspaces",
    header: "WorkSpaces",
    right: true,
    cell: (row) => (
      <Link to="/workspaces" search={{ bundle_id: row.bundle_id }} className="font-medium text-accent hover:underline">
        {formatNumber(row.workspaces)}
      </Link>
    ),
  },
  { id: "last_seen_at", header: "Last seen", cell: (row) => <Age at={row.last_seen_at} /> },
];

export function BundlesPage() {
  const state = useListState("name");
  const list = useInfiniteQuery(bundlesQuery(state.query));
  return (
    <SimpleList
      title="Bundles"
      lead="What WorkSpaces are made from"
      noun="bundle"
      icon={Boxes}
      state={state}
      list={list}
      columns={COLUMNS}
      // Amazon's bundles are the same in many accounts.
      rowKey={(row) => [row.account_id, row.region, row.bundle_id].join("/")}
      card={(row) => (
        <div className="flex flex-col gap-1">
          <Name row={row} />
          <p className="text-[13px] text-ink-soft">
            {row.account_name} · {row.region} · {volumes(row)} ·{" "}
            <Link to="/workspaces" search={{ bundle_id: row.bundle_id }} className="text-accent">
              {formatCount(row.workspaces, "WorkSpace")}
            </Link>
          </p>
        </div>
      )}
      emptyText="They appear with the first sync of an account."
    />
  );
}
