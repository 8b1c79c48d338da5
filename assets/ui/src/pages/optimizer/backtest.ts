// The sentence about a back-test. Pure.
import type { Backtest } from "../../api/types";
import { formatCount } from "../../lib/format";
import { formatWhole } from "../../lib/money";

/** What a policy cost over what would have been best, which nobody could know beforehand. */
export const regret = (cost: number, best: number) => Math.max(0, cost - best);

/** `Over 11 months this advice would have cost $295 more than the best possible, AWS's rule $905, …` */
export function backtestWords({ months, total }: Backtest): string {
  const over = (cost: number) => formatWhole(Math.round(regret(cost, total.best)));
  const against = total.aws - total.ours;
  const compared =
    Math.abs(against) < 1
      ? "as much as AWS's rule"
      : `${formatWhole(Math.round(Math.abs(against)))} ${against > 0 ? "less" : "more"} than AWS's rule`;
  return (
    `Over ${formatCount(months.length, "closed month")} this advice would have cost ${over(total.ours)} more than the best possible, ` +
    `AWS's rule ${over(total.aws)} and doing nothing ${over(total.nothing)}. ` +
    `That is ${compared} and ${formatWhole(Math.round(total.nothing - total.ours))} less than doing nothing.`
  );
}
