// The rows of an answer: as a picture where one fits, as a table always, and as a file.
import { BarChart3, Download, Hash, Table2 } from "lucide-react";
import { useState } from "react";
import type { AnswerTable as Table, ChartHint } from "../../api/types";
import { Button } from "../../components/Button";
import { Toggle } from "../../components/Toggle";
import { csv } from "../../lib/csv";
import { download } from "../../lib/download";
import { formatCount, formatField, formatNumber } from "../../lib/format";
import { AnswerTable } from "./AnswerTable";
import { BarChart } from "./BarChart";
import { formatMeasure, rowsOf } from "./values";
import { chartOf, type Chart } from "./chart";
import { LineChart } from "./LineChart";

const TABLE = { key: "table", title: "Table", icon: Table2 } as const;
const FIGURE = [{ key: "chart", title: "Figure", icon: Hash }, TABLE] as const;
const CHART = [{ key: "chart", title: "Chart", icon: BarChart3 }, TABLE] as const;

interface ResultProps {
  table: Table;
  chart: ChartHint | null | undefined;
  /** The question, to name the table and the file. */
  label: string;
  /** Other rows are on their way. */
  waiting: boolean;
}

export function Result({ table, chart: hint, label, waiting }: ResultProps) {
  const [view, setView] = useState<"chart" | "table">("chart");
  const rows = rowsOf(table);
  const chart = chartOf(hint, { columns: table.columns, rows });
  // The sentence above says so.
  if (rows.length === 0) return null;
  return (
    <div aria-busy={waiting} className={waiting ? "opacity-60" : ""}>
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-[13px] text-ink-faint">
        {chart && <Toggle label="Show as" choices={chart.kind === "figure" ? FIGURE : CHART} chosen={view} onChoose={setView} />}
        {chart?.kind !== "figure" && (
          <span>
            {table.truncated ? `The first ${formatNumber(rows.length)} rows; there are more` : formatCount(rows.length, "row")}
          </span>
        )}
        <Button small kind="quiet" className="-mr-1.5 ml-auto" onClick={() => download(csv(table.columns, rows), fileName(label), "text/csv")}>
          <Download aria-hidden /> CSV
        </Button>
      </div>
      {chart && view === "chart" ? <Picture chart={chart} /> : <AnswerTable label={label} columns={table.columns} rows={rows} />}
    </div>
  );
}

function Picture({ chart }: { chart: Chart }) {
  switch (chart.kind) {
    case "figure":
      return <Figure chart={chart} />;
    case "bar":
      return <BarChart chart={chart} />;
    case "line":
      return <LineChart chart={chart} />;
  }
}

function Figure({ chart }: { chart: Chart }) {
  return (
    <p className="flex flex-col-reverse">
      <span className="text-[13px] text-ink-faint">{formatField(chart.y)}</span>
      <span className="text-4xl font-semibold tracking-tight">{formatMeasure(chart.points[0]?.value ?? 0, chart.measure)}</span>
    </p>
  );
}

function fileName(question: string): string {
  const words = question.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return `${words.join("-").slice(0, 60) || "answer"}.csv`;
}
