// What all recommendations add up to.
import { Link } from "@tanstack/react-router";
import type { AdviceTotals } from "../../api/types";
import { FigureBox, FigureRow } from "../../components/Figures";
import { formatCount, formatNumber } from "../../lib/format";
import { formatRange, formatShare, formatWhole } from "../../lib/money";

export function Totals({ totals }: { totals: AdviceTotals }) {
  const range = formatRange(Math.round(totals.saving_low), Math.round(totals.saving_high))?.replaceAll(".00", "");
  const share = formatShare(totals.saving, totals.cost_now);
  const left = totals.left_alone.reduce((sum, one) => sum + one.desktops, 0);
  return (
    <FigureRow>
      <FigureBox
        main
        name="Saving a month"
        value={formatWhole(totals.saving)}
        note={[range, share && `${share} of ${formatWhole(totals.cost_now)}`].filter(Boolean).join(" · ")}
      />
      <FigureBox name="Desktops to change" value={formatNumber(totals.desktops)} note={formatCount(totals.recommendations, "recommendation")} />
      <FigureBox
        name="Without a price"
        value={formatNumber(totals.without_price)}
        note={
          totals.without_price > 0 ? (
            <>
              not in these sums ·{" "}
              <Link to="/costs" hash="prices" className="text-accent underline underline-offset-2 hover:no-underline">
                price book
              </Link>
            </>
          ) : (
            "every desktop has one"
          )
        }
      />
      <FigureBox
        wide
        name="Left alone"
        value={formatNumber(left)}
        note={totals.left_alone.map((one) => `${formatNumber(one.desktops)} ${one.reason}`).join(", ") || "nothing is left out"}
      />
    </FigureRow>
  );
}
