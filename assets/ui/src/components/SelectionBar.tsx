// What can be done with the chosen rows; it stays in view while there are some.
import { X } from "lucide-react";
import { IconButton } from "./Button";

interface SelectionBarProps {
  /** How much is chosen. */
  children: React.ReactNode;
  actions: React.ReactNode;
  onClear: () => void;
}

export function SelectionBar({ children, actions, onClear }: SelectionBarProps) {
  return (
    <div
      role="region"
      aria-label="Chosen rows"
      className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl border border-accent/40 bg-raised px-4 py-2.5 text-sm shadow-raised animate-appear"
    >
      <span aria-live="polite" className="min-w-0 flex-1 font-medium">
        {children}
      </span>
      <div className="flex flex-wrap items-center gap-2">{actions}</div>
      <IconButton label="Choose nothing" className="-mr-2" onClick={onClear}>
        <X />
      </IconButton>
    </div>
  );
}
