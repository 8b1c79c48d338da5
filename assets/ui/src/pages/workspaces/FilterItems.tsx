// In the menu of a row: narrow the list to what the cell says, or to everything else.
import type { Workspace } from "../../api/types";
import type { Place } from "../../components/DataTable";
import { RowMenuItem, RowMenuLine } from "../../components/table/RowMenu";
import { valueWords } from "../../lib/workspaceFilters";

/** Columns whose values are filters, by the field that is filtered. */
const FIELDS: Partial<Record<string, keyof Workspace>> = {
  user_name: "user_name",
  state: "state",
  running_mode: "running_mode",
  compute_type: "compute_type",
  account_name: "account_id",
  account_id: "account_id",
  region: "region",
  connection_state: "connection_state",
  bundle_name: "bundle_id",
  directory_name: "directory_id",
  operating_system: "operating_system",
};

interface FilterItemsProps {
  place: Place<Workspace>;
  onFilter: (parameter: string, value: string) => void;
}

export function FilterItems({ place: { row, column }, onFilter }: FilterItemsProps) {
  const field = column && FIELDS[column.id];
  const given = field && row[field];
  if (!column || !field || typeof given !== "string") return null;
  const label = row[column.id as keyof Workspace];
  const words = valueWords(field, typeof label === "string" ? label : given);
  return (
    <>
      <RowMenuLine />
      <RowMenuItem onSelect={() => onFilter(field, given)}>
        {column.header} is {words}
      </RowMenuItem>
      <RowMenuItem onSelect={() => onFilter(`${field}.not`, given)}>
        {column.header} is not {words}
      </RowMenuItem>
    </>
  );
}
