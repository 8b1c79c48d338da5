// One filter with its values and how many rows each would leave.
import { ChevronDown } from "lucide-react";
import type { Count } from "../../api/types";
import { Button } from "../../components/Button";
import { Menu, MenuCheck, MenuItem, MenuLine } from "../../components/Menu";
import { formatNumber } from "../../lib/format";
import { valueWords } from "../../lib/workspaceFilters";

interface FacetMenuProps {
  parameter: string;
  title: string;
  counts: Count[];
  chosen: string[];
  onToggle: (key: string) => void;
  onClear: () => void;
}

export function FacetMenu({ parameter, title, counts, chosen, onToggle, onClear }: FacetMenuProps) {
  // A chosen value that matches nothing any more still has to be there to be taken back.
  const gone = chosen.filter((key) => !counts.some((one) => one.key === key));
  const all = [...counts, ...gone.map((key) => ({ key, label: key, count: 0 }))];
  return (
    <Menu
      align="start"
      trigger={
        <Button small className={chosen.length > 0 ? "border-accent! bg-accent-soft! text-accent!" : ""}>
          {title}
          {chosen.length > 0 && <span className="rounded-full bg-accent px-1.5 text-xs text-on-accent">{chosen.length}</span>}
          <ChevronDown aria-hidden className="opacity-60" />
        </Button>
      }
    >
      {all.length === 0 && <MenuItem disabled>Nothing to choose from</MenuItem>}
      {all.map((one) => (
        <MenuCheck key={one.key} checked={chosen.includes(one.key)} onCheckedChange={() => onToggle(one.key)}>
          <span className="max-w-64 flex-1 truncate">{one.count === 0 ? one.label : valueWords(parameter, one.label)}</span>
          <span className="pl-4 text-[13px] text-ink-faint">{formatNumber(one.count)}</span>
        </MenuCheck>
      ))}
      {chosen.length > 0 && (
        <>
          <MenuLine />
          <MenuItem onSelect={onClear}>Any {title.toLowerCase()}</MenuItem>
        </>
      )}
    </Menu>
  );
}
