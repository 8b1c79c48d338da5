// The people who may log in.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus, Users } from "lucide-react";
import { useState } from "react";
import { usersQuery } from "../../api/queries";
import type { User } from "../../api/types";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import type { Column } from "../../components/DataTable";
import { ListPanel } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import { SearchBox } from "../../components/SearchBox";
import { Empty } from "../../components/States";
import { Age } from "../../components/Time";
import { formatConstant } from "../../lib/format";
import { useMay } from "../../state/access";
import { useListState } from "../../state/filters";
import { NotAllowed } from "../shell/NotAllowed";
import { AddUserDialog } from "./AddUserDialog";

export function UsersPage() {
  if (useMay("manage_members")) return <UserList />;
  return (
    <NotAllowed title="Users" to="/" back="To the dashboard">
      Admins manage the people who may log in. Your own details are in your profile.
    </NotAllowed>
  );
}

function UserList() {
  const { q, sort, query, change } = useListState("username");
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const list = useInfiniteQuery(usersQuery(query));
  return (
    <Page
      title="Users"
      lead="Who may log in, and what they may do where"
      actions={
        <Button kind="primary" onClick={() => setAdding(true)}>
          <Plus aria-hidden /> Add user
        </Button>
      }
    >
      <SearchBox
        label="Search users"
        value={q}
        onChange={(next) => change({ q: next || undefined }, true)}
        className="mb-4 max-w-sm"
      />
      <ListPanel
        label="Users"
        noun="user"
        query={list}
        columns={COLUMNS}
        rowKey={(row) => row.id}
        sort={sort}
        onSort={(next) => change({ sort: next })}
        onOpen={(row) => void navigate({ to: "/users/$userId", params: { userId: row.id } })}
        card={(row) => (
          <div className="flex flex-col gap-1.5">
            <div className="flex items-start justify-between gap-3">
              <UserName row={row} />
              <Standing row={row} />
            </div>
            <p className="text-[13px] text-ink-soft">{roles(row)}</p>
          </div>
        )}
        empty={
          <Empty icon={Users} title={q ? "No user matches" : "No users"}>
            {q ? undefined : "Add the people who should see this inventory."}
          </Empty>
        }
      />
      <AddUserDialog open={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}

function UserName({ row }: { row: User }) {
  return (
    <span className="flex min-w-0 flex-col">
      <Link to="/users/$userId" params={{ userId: row.id }} className="truncate font-medium hover:text-accent hover:underline">
        {row.display_name ?? row.username}
      </Link>
      <span className="truncate text-[13px] text-ink-faint">{[row.username, row.email].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

function Standing({ row }: { row: User }) {
  return row.disabled ? <Badge tone="bad">Disabled</Badge> : <Badge tone="good">Active</Badge>;
}

function roles(row: User): string {
  if (row.global_admin) return "Global admin";
  const places = row.memberships.map((place) => `${place.organization_name}: ${formatConstant(place.role.toUpperCase())}`);
  return places.join(", ") || "No organization";
}

const COLUMNS: Column<User>[] = [
  { id: "username", header: "User", sortable: true, cell: (row) => <UserName row={row} /> },
  { id: "roles", header: "Roles", cell: (row) => <span title={roles(row)}>{roles(row)}</span> },
  { id: "disabled", header: "Status", cell: (row) => <Standing row={row} /> },
  { id: "last_login_at", header: "Last login", cell: (row) => <Age at={row.last_login_at} none="Never" /> },
];
