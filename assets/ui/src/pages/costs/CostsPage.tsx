// What the estate costs: estimates by month, the invoice against them, where prices come from, and what
// asking AWS costs by itself. How it is grouped and shown stands in the address.
import { BarChart3, Table2 } from "lucide-react";
import { Page } from "../../components/Page";
import { Toggle } from "../../components/Toggle";
import { value } from "../../lib/address";
import { useFilters } from "../../state/filters";
import { GROUPS } from "./bill";
import { EstimatePanel } from "./EstimatePanel";
import { InvoicePanel } from "./InvoicePanel";
import { MeterPanel } from "./MeterPanel";
import { PricesPanel } from "./PricesPanel";

const VIEWS = [
  { key: "chart", title: "Chart", icon: BarChart3 },
  { key: "table", title: "Table", icon: Table2 },
] as const;

export function CostsPage() {
  const { search, change } = useFilters();
  const group = GROUPS.find((one) => one.key === value(search, "group"))?.key ?? "organization";
  const view = value(search, "view") === "table" ? "table" : "chart";
  return (
    <Page
      title="Costs"
      lead="US dollars, without tax. Estimates are list prices and recorded hours; the invoice is what AWS billed."
      actions={
        <>
          <label className="flex items-center gap-2 text-[13px] text-ink-soft">
            By
            <select
              className="min-h-8 rounded-lg border border-line-strong bg-panel px-2 text-sm text-ink"
              value={group}
              onChange={(event) => change({ group: event.target.value === "organization" ? undefined : event.target.value })}
            >
              {GROUPS.map((one) => (
                <option key={one.key} value={one.key}>
                  {one.title}
                </option>
              ))}
            </select>
          </label>
          <Toggle label="Show as" choices={VIEWS} chosen={view} onChoose={(next) => change({ view: next === "chart" ? undefined : next }, true)} />
        </>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:gap-5">
        <EstimatePanel group={group} view={view} />
        <InvoicePanel view={view} />
        <div className="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
          <PricesPanel />
          <MeterPanel />
        </div>
      </div>
    </Page>
  );
}
