// One month out of those that are kept, with its neighbours a click away.
import { ChevronLeft, ChevronRight } from "lucide-react";
import { formatLongMonth, lastMonths, monthOf, plusMonths } from "../lib/month";
import { useNow } from "../state/clock";
import { IconButton } from "./Button";

/** AWS keeps values for 15 months; the current one included. */
const KEPT = 15;

interface MonthPickerProps {
  month: string;
  onChange: (month: string) => void;
}

export function MonthPicker({ month, onChange }: MonthPickerProps) {
  const months = lastMonths(monthOf(useNow()), KEPT);
  const offered = months.includes(month) ? months : [month, ...months];
  return (
    <span className="inline-flex items-center gap-1">
      <IconButton label="The month before" className="disabled:opacity-40" disabled={month <= (offered[0] ?? month)} onClick={() => onChange(plusMonths(month, -1))}>
        <ChevronLeft />
      </IconButton>
      <select
        aria-label="Month"
        className="min-h-8 rounded-lg border border-line-strong bg-panel px-2 text-sm font-medium"
        value={month}
        onChange={(event) => onChange(event.target.value)}
      >
        {offered.toReversed().map((one) => (
          <option key={one} value={one}>
            {formatLongMonth(one)}
          </option>
        ))}
      </select>
      <IconButton
        label="The month after"
        className="disabled:opacity-40"
        disabled={month >= (offered.at(-1) ?? month)}
        onClick={() => onChange(plusMonths(month, 1))}
      >
        <ChevronRight />
      </IconButton>
    </span>
  );
}
