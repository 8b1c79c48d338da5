// One filter with the values it may have; several can be chosen.
import { ChevronDown } from "lucide-react";
import { Button } from "./Button";
import { Menu, MenuCheck, MenuItem, MenuLine } from "./Menu";

export interface Choice {
  key: string;
  title: string;
  /** At the right: how many rows it would leave, or what it means. */
  note?: React.ReactNode;
}

interface ChoiceMenuProps {
  title: string;
  choices: readonly Choice[];
  chosen: string[];
  onToggle: (key: string) => void;
  onClear: () => void;
}

export function ChoiceMenu({ title, choices, chosen, onToggle, onClear }: ChoiceMenuProps) {
  // A chosen value that is no choice any more still has to be there to be taken back.
  const gone = chosen.filter((key) => !choices.some((one) => one.key === key));
  const all: Choice[] = [...choices, ...gone.map((key) => ({ key, title: key }))];
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
          <span className="max-w-64 flex-1 truncate">{one.title}</span>
          {one.note !== undefined && <span className="pl-4 text-[13px] text-ink-faint">{one.note}</span>}
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
