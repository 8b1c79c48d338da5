// Which columns the table shows; the choice stands in the address.
import { Columns3 } from "lucide-react";
import { Button } from "../../components/Button";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "../../components/Menu";
import { value, type Search } from "../../lib/address";
import { COLUMNS, DEFAULT_COLUMNS } from "./columns";

/** Instead of a list of columns: every one. */
const ALL = "all";

export function chosenColumns(search: Search): string[] {
  if (value(search, "columns") === ALL) return COLUMNS.map((column) => column.id);
  const given = value(search, "columns")?.split(",").filter((id) => COLUMNS.some((column) => column.id === id));
  return given && given.length > 0 ? given : DEFAULT_COLUMNS;
}

interface ColumnChooserProps {
  chosen: string[];
  onChange: (changes: Search) => void;
}

export function ColumnChooser({ chosen, onChange }: ColumnChooserProps) {
  const choose = (next: string[]) => {
    const ordered = COLUMNS.filter((column) => next.includes(column.id)).map((column) => column.id);
    const usual = ordered.join() === DEFAULT_COLUMNS.join();
    const list = ordered.length === COLUMNS.length ? ALL : ordered.join(",");
    onChange({ columns: usual || ordered.length === 0 ? undefined : list });
  };
  return (
    <Menu
      trigger={
        <Button small>
          <Columns3 aria-hidden /> Columns
        </Button>
      }
    >
      <MenuLabel>Shown columns</MenuLabel>
      {COLUMNS.map((column) => (
        <MenuCheck
          key={column.id}
          checked={chosen.includes(column.id)}
          onCheckedChange={(shown) => choose(shown ? [...chosen, column.id] : chosen.filter((id) => id !== column.id))}
        >
          {column.header}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => onChange({ columns: ALL })}>Every column</MenuItem>
      <MenuItem onSelect={() => onChange({ columns: undefined })}>Back to the usual columns</MenuItem>
    </Menu>
  );
}
