// The list of desktops. Filters, sorting and columns stand in the address.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Download, Monitor, SearchX } from "lucide-react";
import { exportAddress } from "../../api/endpoints";
import { facetsQuery, workspacesQuery } from "../../api/queries";
import type { Workspace } from "../../api/types";
import { AsOf } from "../../components/AsOf";
import { Button, buttonClass } from "../../components/Button";
import type { Column } from "../../components/DataTable";
import { ListPanel } from "../../components/ListPanel";
import { Menu, MenuItem, MenuLabel } from "../../components/Menu";
import { Page } from "../../components/Page";
import { RowCheck } from "../../components/RowCheck";
import { SelectionBar } from "../../components/SelectionBar";
import { Empty } from "../../components/States";
import { searchParams, value, type Search } from "../../lib/address";
import { formatConstant, formatCount } from "../../lib/format";
import { activeFilters, sortOf, withoutAll, workspaceQuery } from "../../lib/workspaceFilters";
import { useMay } from "../../state/access";
import { useFilters } from "../../state/filters";
import { useSelection } from "../../state/selection";
import { ActionsMenu } from "../actions/ActionsMenu";
import { chosenColumns, ColumnChooser } from "./ColumnChooser";
import { COLUMNS, LastConnected, WorkspaceName, WorkspaceStatus } from "./columns";
import { FilterBar } from "./FilterBar";

export function WorkspacesPage() {
  const { search, change } = useFilters();
  const navigate = useNavigate();
  const query = workspaceQuery(search);
  const list = useInfiniteQuery(workspacesQuery({ ...query, sort: sortOf(search) }));
  const facets = useQuery(facetsQuery({ ...query, sort: undefined }));
  const columns = chosenColumns(search);
  const first = list.data?.pages[0];
  const mayPlan = useMay("make_plans");
  const selection = useSelection<Workspace>((row) => [row.account_id, row.region, row.workspace_id].join("/"));
  const rows = list.data?.pages.flatMap((page) => page.items).filter(isThere) ?? [];
  const check = (row: Workspace) =>
    mayPlan &&
    isThere(row) && (
      <RowCheck label={`Choose ${row.user_name ?? row.workspace_id}`} checked={selection.has(row)} onChange={() => selection.toggle(row)} />
    );
  return (
    <Page
      title="WorkSpaces"
      lead={
        first && (
          <span className="flex flex-wrap items-center gap-x-3">
            <span>{formatCount(first.total, "WorkSpace")}</span>
            <AsOf at={first.as_of} />
          </span>
        )
      }
      actions={
        <>
          <ColumnChooser chosen={columns} onChange={change} />
          <Export search={search} />
        </>
      }
    >
      <FilterBar search={search} facets={facets.data} onChange={change} />
      <ListPanel
        label="WorkSpaces"
        noun="WorkSpace"
        synced
        query={list}
        columns={withCheck(COLUMNS.filter((column) => columns.includes(column.id)), check)}
        rowKey={(row) => row.workspace_id}
        sort={sortOf(search)}
        onSort={(sort) => change({ sort })}
        onOpen={(row) => void navigate({ to: "/workspaces/$workspaceId", params: { workspaceId: row.workspace_id } })}
        card={(row) => (
          <div className="flex items-start gap-3">
            {check(row)}
            <Card row={row} />
          </div>
        )}
        empty={<NoRows search={search} onClear={() => change(withoutAll(search))} />}
      />
      {selection.rows.length > 0 && (
        <SelectionBar
          onClear={selection.clear}
          actions={
            <>
              <Button small onClick={() => selection.toggleAll(rows)}>
                {rows.every(selection.has) ? "Choose none" : `Choose all ${rows.length} shown`}
              </Button>
              <ActionsMenu kind="primary" desktops={selection.rows} onPlanned={selection.clear} />
            </>
          }
        >
          {formatCount(selection.rows.length, "WorkSpace")} chosen
        </SelectionBar>
      )}
    </Page>
  );
}

const isThere = (row: Workspace) => !row.deleted_at && !row.missing_since;

/** The box stands in the first column, whichever that is. */
function withCheck(columns: Column<Workspace>[], check: (row: Workspace) => React.ReactNode): Column<Workspace>[] {
  return columns.map((column, index) =>
    index > 0
      ? column
      : {
          ...column,
          cell: (row) => (
            <span className="flex min-w-0 items-center gap-3">
              {check(row)}
              <span className="min-w-0">{column.cell(row)}</span>
            </span>
          ),
        },
  );
}

function Card({ row }: { row: Workspace }) {
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1.5">
      <div className="flex items-start justify-between gap-3">
        <WorkspaceName row={row} />
        <WorkspaceStatus row={row} />
      </div>
      <p className="text-[13px] text-ink-soft">
        {[row.account_name, row.region, row.running_mode && formatConstant(row.running_mode)].filter(Boolean).join(" · ")}
      </p>
      <p className="text-[13px] text-ink-faint">
        Last connected: <LastConnected row={row} />
      </p>
    </div>
  );
}

function Export({ search }: { search: Search }) {
  const params = searchParams({ ...workspaceQuery(search), sort: sortOf(search) });
  return (
    <Menu
      trigger={
        <Button small>
          <Download aria-hidden /> Export
        </Button>
      }
    >
      <MenuLabel>The rows of these filters</MenuLabel>
      {(["csv", "json"] as const).map((format) => (
        <MenuItem key={format} asChild>
          <a href={exportAddress(format, params)} download>
            As {format.toUpperCase()}
          </a>
        </MenuItem>
      ))}
    </Menu>
  );
}

function NoRows({ search, onClear }: { search: Search; onClear: () => void }) {
  const filtered = activeFilters(search).length > 0 || value(search, "q") !== undefined;
  if (filtered) {
    return (
      <Empty icon={SearchX} title="No WorkSpace matches" action={<Button onClick={onClear}>Clear filters</Button>}>
        Nothing in the inventory fits every one of these filters.
      </Empty>
    );
  }
  return (
    <Empty
      icon={Monitor}
      title="No WorkSpaces"
      action={
        <>
          <Link to="/accounts" className={buttonClass()}>
            Accounts
          </Link>
          <Link to="/sync" className={buttonClass("primary")}>
            Sync
          </Link>
        </>
      }
    >
      They appear after the first sync of an account that has some.
    </Empty>
  );
}
