// Which columns the table shows; the choice stands in the address.
import { Columns3 } from "lucide-react";
import { Button } from "../../components/Button";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "../../components/Menu";
import { value, type Search } from "../../lib/address";
import { COLUMNS, DEFAULT_COLUMNS } from "./columns";

export function chosenColumns(search: Search): string[] {
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
    onChange({ columns: usual || ordered.length === 0 ? undefined : ordered.join(",") });
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
      <MenuItem onSelect={() => onChange({ columns: undefined })}>Back to the usual columns</MenuItem>
    </Menu>
  );
}
