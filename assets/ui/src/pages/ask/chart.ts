// What a chart of an answer shows: its points, or that this table cannot be drawn so. Pure.
import type { ChartHint } from "../../api/types";
import { formatConstant, formatTime } from "../../lib/format";
import { formatMonth } from "../../lib/month";
import { formatDay, isoTime, kindOf, type CellKind, type Row, type Value } from "./values";

export interface Point {
  /** Tells it from the others. */
  key: string;
  label: string;
  value: number;
  /** The value along the axis as it came, for colours. */
  raw: string;
}

export interface Chart {
  kind: ChartHint["kind"];
  /** Names of the columns. */
  x: string;
  y: string;
  /** What the values are. */
  measure: CellKind;
  points: Point[];
}

interface Table {
  columns: readonly string[];
  rows: readonly Row[];
}

/** More than this is no picture any more, but a table. */
const MOST_POINTS = 400;

export function chartOf(hint: ChartHint | null | undefined, table: Table): Chart | undefined {
  if (!hint || table.rows.length === 0 || table.rows.length > MOST_POINTS) return undefined;
  const y = table.columns.indexOf(hint.y);
  if (y < 0 || !table.rows.some((row) => typeof row[y] === "number")) return undefined;
  const measure = kindOf(hint.y, table.rows.map((row) => row[y] ?? null));
  if (hint.kind === "figure") return figure(hint, table, y, measure);
  const x = table.columns.indexOf(hint.x);
  if (x < 0 || table.rows.length < 2) return undefined;
  const points = table.rows.flatMap((row, index) => pointsOf(row, index, x, y, table));
  const repeated = new Set(points.map((point) => point.raw)).size < points.length;
  // A line through several values of one moment would mean nothing.
  if (hint.kind === "line" && (repeated || points.length < 2)) return undefined;
  const drawn = hint.kind === "line" ? inOrder(points) : repeated ? named(points, table, x, y) : points;
  return { kind: hint.kind, x: hint.x, y: hint.y, measure, points: drawn };
}

/** Time runs to the right, whatever the order of the rows. What was written down sorts as time does. */
function inOrder(points: Point[]): Point[] {
  return points.toSorted((one, other) => (one.raw < other.raw ? -1 : 1));
}

function figure(hint: ChartHint, table: Table, y: number, measure: CellKind): Chart | undefined {
  const value = table.rows[0]?.[y];
  if (table.rows.length > 1 || typeof value !== "number") return undefined;
  return { kind: "figure", x: hint.x, y: hint.y, measure, points: [{ key: "0", label: hint.y, value, raw: "" }] };
}

function pointsOf(row: Row, index: number, x: number, y: number, table: Table): Point[] {
  const value = row[y];
  if (typeof value !== "number") return [];
  const at = row[x] ?? null;
  const kind = kindOf(table.columns[x] ?? "", [at]);
  return [{ key: String(index), label: labelOf(at, kind), value, raw: String(at) }];
}

/** Where the axis alone does not tell the bars apart, the other words of the row do. */
function named(points: Point[], table: Table, x: number, y: number): Point[] {
  return points.map((point) => {
    const row = table.rows[Number(point.key)] ?? [];
    const rest = row.filter((cell, column): cell is string => column !== x && column !== y && typeof cell === "string");
    return { ...point, label: [point.label, ...rest].join(" · ") };
  });
}

export function labelOf(value: Value, kind: CellKind): string {
  if (value === null || value === "") return "none";
  const text = String(value);
  if (kind === "time") return formatTime(isoTime(text));
  if (kind === "day") return formatDay(text);
  if (kind === "month") return formatMonth(text);
  return kind === "state" || kind === "constant" ? formatConstant(text) : text;
}

/** Where each point stands along the axis, 0 to 1: by its time, or one beside the other. */
export function places(points: readonly Point[]): number[] {
  const times = points.map((point) => timeOf(point.raw));
  const first = Math.min(...times);
  const span = Math.max(...times) - first;
  const timed = times.every((time) => !Number.isNaN(time)) && span > 0;
  if (timed) return times.map((time) => (time - first) / span);
  return points.map((_, index) => (points.length > 1 ? index / (points.length - 1) : 0.5));
}

function timeOf(raw: string): number {
  const kind = kindOf("", [raw]);
  if (kind === "time") return Date.parse(isoTime(raw));
  if (kind === "day") return Date.parse(`${raw}T00:00:00Z`);
  return kind === "month" ? Date.parse(`${raw}-01T00:00:00Z`) : NaN;
}
