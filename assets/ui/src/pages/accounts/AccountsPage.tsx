// The AWS accounts, how each is doing, and ways to add more.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Building2, Plus, Telescope } from "lucide-react";
import { useState } from "react";
import { accountsQuery } from "../../api/queries";
import type { Account } from "../../api/types";
import { Button, buttonClass } from "../../components/Button";
import type { Column } from "../../components/DataTable";
import { ListPanel } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import { SearchBox } from "../../components/SearchBox";
import { Empty } from "../../components/States";
import { Age } from "../../components/Time";
import { formatCount, formatNumber } from "../../lib/format";
import { useMay } from "../../state/access";
import { useListState } from "../../state/filters";
import { DiscoverDialog } from "./DiscoverDialog";
import { HealthBadge } from "./HealthBadge";

export function AccountsPage() {
  const { q, sort, query, change } = useListState("name");
  const navigate = useNavigate();
  const [discovering, setDiscovering] = useState(false);
  const list = useInfiniteQuery(accountsQuery(query));
  const mayAdd = useMay("manage_accounts");
  // Done with the server's own credentials, which are nobody's in particular.
  const mayDiscover = useMay("manage_installation");
  return (
    <Page
      title="Accounts"
      lead="AWS accounts whose WorkSpaces are kept in stock"
      actions={
        mayAdd && (
          <>
            {mayDiscover && (
              <Button onClick={() => setDiscovering(true)}>
                <Telescope aria-hidden /> Discover
              </Button>
            )}
            <Link to="/accounts/new" className={buttonClass("primary")}>
              <Plus aria-hidden /> Add account
            </Link>
          </>
        )
      }
    >
      <SearchBox
        label="Search name or id"
        value={q}
        onChange={(next) => change({ q: next || undefined }, true)}
        className="mb-4 max-w-sm"
      />
      <ListPanel
        label="Accounts"
        noun="account"
        query={list}
        columns={COLUMNS}
        rowKey={(row) => row.id}
        sort={sort}
        onSort={(next) => change({ sort: next })}
        onOpen={(row) => void navigate({ to: "/accounts/$accountId", params: { accountId: row.id } })}
        card={(row) => <Card row={row} />}
        empty={
          q ? (
            <Empty icon={Building2} title="No account matches" action={<Button onClick={() => change({ q: undefined })}>Clear search</Button>} />
          ) : (
            <Empty
              icon={Building2}
              title="No AWS account yet"
              action={
                mayAdd && (
                  <Link to="/accounts/new" className={buttonClass("primary")}>
                    Add the first account
                  </Link>
                )
              }
            >
              One read-only role per account is enough. Its template is made for you.
            </Empty>
          )
        }
      />
      <DiscoverDialog open={discovering} onClose={() => setDiscovering(false)} />
    </Page>
  );
}

function AccountName({ row }: { row: Account }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link
        to="/accounts/$accountId"
        params={{ accountId: row.id }}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {row.name}
      </Link>
      {row.name !== row.id && <span className="font-mono text-[13px] text-ink-faint">{row.id}</span>}
    </span>
  );
}

function WorkspacesLink({ row }: { row: Account }) {
  return (
    <Link to="/workspaces" search={{ account_id: row.id }} className="hover:text-accent hover:underline">
      {formatNumber(row.workspaces)}
    </Link>
  );
}

const COLUMNS: Column<Account>[] = [
  { id: "name", header: "Account", sortable: true, cell: (row) => <AccountName row={row} /> },
  { id: "organization_name", header: "Organization", sortable: true, cell: (row) => row.organization_name },
  {
    id: "health",
    header: "Health",
    cell: (row) => (
      <span className="flex flex-col items-start gap-0.5">
        <HealthBadge account={row} />
        {row.last_error && (
          <span title={row.last_error.message} className="max-w-64 truncate font-mono text-xs text-bad">
            {row.last_error.code}
          </span>
        )}
      </span>
    ),
  },
  { id: "regions", header: "Regions", cell: (row) => regionsWords(row) },
  { id: "workspaces", header: "WorkSpaces", right: true, cell: (row) => <WorkspacesLink row={row} /> },
  {
    id: "last_complete_sync_at",
    header: "Data as of",
    cell: (row) => <Age at={row.last_complete_sync_at} none="Never complete" />,
  },
];

export function regionsWords(row: Account): string {
  if (row.regions.length === 0) return "All commercial";
  return row.regions.length <= 2 ? row.regions.join(", ") : formatCount(row.regions.length, "region");
}

function Card({ row }: { row: Account }) {
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-start justify-between gap-3">
        <AccountName row={row} />
        <HealthBadge account={row} />
      </div>
      <p className="text-[13px] text-ink-soft">
        {row.organization_name} · {formatCount(row.workspaces, "WorkSpace")} · data as of{" "}
        <Age at={row.last_complete_sync_at} none="never" />
      </p>
      {row.last_error && <p className="font-mono text-xs break-words text-bad">{row.last_error.code}</p>}
    </div>
  );
}
