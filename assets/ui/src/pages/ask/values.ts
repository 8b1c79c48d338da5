// What the values of an answer's columns are, told from their names and from the values themselves:
// the server sends plain JSON. Pure; `Cell.tsx` draws what this finds.
import { formatFigure } from "../../lib/figure";

export type Value = string | number | boolean | null;
export type Row = readonly Value[];

export type CellKind = "number" | "percent" | "flag" | "time" | "day" | "month" | "workspace" | "state" | "constant" | "id" | "text";

/** How much of a column is looked at. */
const SAMPLE = 200;

const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-\d{2}$/;
const WORKSPACE = /^ws-[0-9a-z]+$/;
const CONSTANT = /^[A-Z][A-Z0-9_]*$/;

const STATES = new Set(["state", "connection_state", "from_state", "to_state", "old_state", "new_state", "status"]);
const CONSTANTS = new Set(["running_mode", "compute_type", "operating_system", "directory_type", "type", "change"]);

/** The rows as they are: the document cannot say that a cell may be text, a number or nothing. */
export function rowsOf(table: { rows: unknown[][] }): Row[] {
  return table.rows as Row[];
}

export function kindOf(column: string, values: readonly Value[]): CellKind {
  const known = values.slice(0, SAMPLE).filter((value) => value !== null);
  if (known.length === 0) return "text";
  if (known.every((value) => typeof value === "number")) return numberKind(column, known);
  const every = (pattern: RegExp) => known.every((value) => typeof value === "string" && pattern.test(value));
  if (every(TIME)) return "time";
  if (every(DAY)) return "day";
  if (every(MONTH)) return "month";
  if (every(WORKSPACE)) return "workspace";
  if (STATES.has(column) && every(/^[A-Za-z_]+$/)) return "state";
  if (CONSTANTS.has(column) && every(CONSTANT)) return "constant";
  return column === "id" || column.endsWith("_id") ? "id" : "text";
}

/** Years and ids are names: nobody groups their digits. SQLite has no yes and no, only 1 and 0. */
function numberKind(column: string, values: readonly number[]): CellKind {
  if (column === "year" || column === "id" || /_(id|version)$/.test(column)) return "id";
  if (/(^|_)(encrypted|enabled)$/.test(column) && values.every((value) => value === 0 || value === 1)) return "flag";
  return /(^|_)percent$/.test(column) ? "percent" : "number";
}

/** Whether values of this kind stand at the right. */
export function isNumber(kind: CellKind): boolean {
  return kind === "number" || kind === "percent";
}

/** SQLite's own functions write times with a space and without a zone; they are UTC all the same. */
export function isoTime(text: string): string {
  const iso = text.replace(" ", "T");
  return iso.endsWith("Z") ? iso : `${iso}Z`;
}

const AS_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** A day is the same day everywhere: it is not moved into the reader's zone. */
export function formatDay(day: string): string {
  return AS_DAY.format(new Date(`${day}T00:00:00Z`));
}

/** `1,204`, `12.35`, `0.0042`; as a share, `47.3 %`. */
export function formatMeasure(value: number, kind: CellKind): string {
  return kind === "percent" ? `${formatFigure(value)} %` : formatFigure(value);
}
