// Narrows every page to one client. The choice stands in the address.
import { useQuery } from "@tanstack/react-query";
import { Check, ChevronsUpDown, Layers } from "lucide-react";
import { organizationsQuery } from "../../api/queries";
import { Menu, MenuItem, MenuLine } from "../../components/Menu";
import { formatNumber } from "../../lib/format";
import { useFilters, useOrganization } from "../../state/filters";

export function OrganizationSwitcher() {
  const chosen = useOrganization();
  const { change } = useFilters();
  const { data } = useQuery(organizationsQuery);
  const organizations = data?.items ?? [];
  const current = organizations.find((one) => one.id === chosen);
  // One client only: nothing to switch.
  if (chosen === undefined && organizations.length < 2) return null;
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label="Organization"
          className="flex min-h-10 w-full items-center gap-2.5 rounded-lg border border-line bg-panel px-3 text-left text-sm font-medium transition-colors hover:border-line-strong [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint"
        >
          <Layers aria-hidden />
          <span className="min-w-0 flex-1 truncate">
            {chosen === undefined ? "All organizations" : (current?.name ?? "Unknown organization")}
          </span>
          <ChevronsUpDown aria-hidden />
        </button>
      }
    >
      <Choice title="All organizations" selected={chosen === undefined} onSelect={() => change({ org: undefined })} />
      <MenuLine />
      {organizations.map((one) => (
        <Choice
          key={one.id}
          title={one.name}
          count={one.workspaces}
          selected={one.id === chosen}
          onSelect={() => change({ org: one.id })}
        />
      ))}
    </Menu>
  );
}

interface ChoiceProps {
  title: string;
  count?: number;
  selected: boolean;
  onSelect: () => void;
}

function Choice({ title, count, selected, onSelect }: ChoiceProps) {
  return (
    <MenuItem onSelect={onSelect}>
      <span className="grid size-4 place-items-center">{selected && <Check aria-label="chosen" className="text-accent!" />}</span>
      <span className="flex-1">{title}</span>
      {count !== undefined && <span className="pl-4 text-[13px] text-ink-faint">{formatNumber(count)}</span>}
    </MenuItem>
  );
}
