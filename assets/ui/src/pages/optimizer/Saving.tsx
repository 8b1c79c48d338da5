// Dollars a month that a change saves, or costs; that there is no price is said so.
import { formatMoney, formatRange } from "../../lib/money";

interface SavingProps {
  amount: number | null | undefined;
  low?: number | null | undefined;
  high?: number | null | undefined;
}

export function Saving({ amount, low, high }: SavingProps) {
  if (amount == null) return <span className="text-ink-faint">no price</span>;
  const range = formatRange(low, high);
  return (
    <span className="flex flex-col">
      <span className="font-medium">{amount < 0 ? `costs ${formatMoney(-amount)} more` : formatMoney(amount)}</span>
      {range && <span className="text-[13px] text-ink-faint">{range}</span>}
    </span>
  );
}
