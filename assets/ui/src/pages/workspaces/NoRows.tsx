// In place of the WorkSpaces where there are none: because of the filters, or because nothing was synced.
import { Link } from "@tanstack/react-router";
import { Monitor, SearchX } from "lucide-react";
import { Button, buttonClass } from "../../components/Button";
import { Empty } from "../../components/States";
import type { Search } from "../../lib/address";
import { isFiltered } from "../../lib/workspaceFilters";

export function NoRows({ search, onClear }: { search: Search; onClear: () => void }) {
  if (isFiltered(search)) {
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
