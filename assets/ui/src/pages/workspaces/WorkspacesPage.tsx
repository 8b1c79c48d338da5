// The list of desktops. Filters, order, columns and the saved view stand in the address.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { facetsQuery } from "../../api/queries";
import type { Workspace } from "../../api/types";
import { AsOf } from "../../components/AsOf";
import { List } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import type { Place } from "../../components/DataTable";
import { ColumnTools } from "../../components/table/ColumnTools";
import { useTableLayout } from "../../components/table/useTableLayout";
import { ViewMenu } from "../../components/views/ViewMenu";
import { toggled } from "../../lib/address";
import type { Verb } from "../../lib/change";
import { formatCount } from "../../lib/format";
import { sortOf, withoutAll, workspaceQuery } from "../../lib/workspaceFilters";
import { useMay } from "../../state/access";
import { useFilters } from "../../state/filters";
import { useWide } from "../../state/media";
import { useSelection } from "../../state/selection";
import { useViews } from "../../state/views";
import { ActionDialog } from "../actions/ActionDialog";
import { RowActionItems, RowActions } from "../actions/RowActions";
import { Chosen } from "./Chosen";
import { COLUMNS, DEFAULT_COLUMNS } from "./columns";
import { ExportMenu } from "./ExportMenu";
import { FilterBar } from "./FilterBar";
import { FilterItems } from "./FilterItems";
import { NoRows } from "./NoRows";
import { useWorkspaceList } from "./useWorkspaceList";
import { WorkspaceCard } from "./WorkspaceCard";

const keyOf = (row: Workspace) => [row.account_id, row.region, row.workspace_id].join("/");
const isThere = (row: Workspace) => !row.deleted_at && !row.missing_since;
const linkOf = (row: Workspace) => `/workspaces/${encodeURIComponent(row.workspace_id)}`;
const choiceLabel = (row: Workspace) =>
  isThere(row) ? `Choose ${row.user_name ?? row.workspace_id}` : "AWS no longer lists it; nothing can be done with it";

export function WorkspacesPage() {
  const { search, change } = useFilters();
  const navigate = useNavigate();
  const views = useViews("workspaces");
  const layout = useTableLayout("workspaces", COLUMNS, DEFAULT_COLUMNS);
  const wide = useWide();
  const query = useMemo(() => workspaceQuery(search), [search]);
  const sort = sortOf(search);
  const sorted = useMemo(() => ({ ...query, sort }), [query, sort]);
  const { list, onView } = useWorkspaceList(sorted, !views.pending);
  const facets = useQuery({ ...facetsQuery({ ...query, sort: undefined }), enabled: !views.pending });
  const first = list.data?.pages[0];
  const mayPlan = useMay("make_plans");
  const selection = useSelection<Workspace>(keyOf, isThere);
  const [asked, setAsked] = useState<{ verb: Verb; row: Workspace }>();
  const open = (row: Workspace) => void navigate({ to: "/workspaces/$workspaceId", params: { workspaceId: row.workspace_id } });
  const choose = useCallback((verb: Verb, row: Workspace) => setAsked({ verb, row }), []);
  return (
    <Page
      title="WorkSpaces"
      marks={<ViewMenu views={views} everything="All WorkSpaces" />}
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
          {wide && <ColumnTools layout={layout} />}
          <ExportMenu search={search} shown={layout.shown} />
        </>
      }
    >
      <FilterBar search={search} facets={facets.data} onChange={change} />
      <List
        label="WorkSpaces"
        noun="WorkSpace"
        hint="j and k move, Enter opens, x chooses, right click or Shift+F10 for more"
        uniform
        query={list}
        layout={layout}
        columns={COLUMNS}
        rowKey={keyOf}
        sort={sort}
        onSort={(next) => change({ sort: next === "user_name" ? undefined : next })}
        onOpen={open}
        onView={onView}
        link={linkOf}
        {...(mayPlan ? { selection, choiceLabel } : {})}
        actions={mayPlan ? (row) => isThere(row) && <RowActions row={row} onChoose={choose} /> : undefined}
        menu={(place: Place<Workspace>) => (
          <>
            <FilterItems place={place} onFilter={(parameter, value) => change(toggled(search, parameter, value))} />
            {mayPlan && isThere(place.row) && <RowActionItems row={place.row} onChoose={choose} />}
          </>
        )}
        card={(row) => <WorkspaceCard row={row} />}
        empty={<NoRows search={search} onClear={() => change(withoutAll(search))} />}
      />
      {selection.rows.length > 0 && <Chosen selection={selection} query={sorted} total={first?.total ?? 0} />}
      {asked && <ActionDialog verb={asked.verb} desktops={[asked.row]} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}
