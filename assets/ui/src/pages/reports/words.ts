// What kinds of report there are and what they hold.
import { formatFigure } from "../../lib/figure";

export const REPORT_TYPES = [
  { key: "monthly", title: "Monthly", lead: "One month on a few pages: desktops, use, cost, what to change" },
  { key: "inventory", title: "Inventory", lead: "Every desktop with its properties" },
  { key: "usage", title: "Usage", lead: "Hours by desktop" },
  { key: "cost", title: "Cost", lead: "Estimates and invoices" },
  { key: "savings", title: "Savings", lead: "What to change and what it saves" },
  { key: "activity", title: "Activity", lead: "Who did what" },
  { key: "sync_health", title: "Sync health", lead: "What was listed, and what failed" },
] as const;

export const FORMATS = [
  { key: "pdf", title: "PDF, to read and to send" },
  { key: "xlsx", title: "Excel workbook" },
  { key: "csv", title: "CSV" },
  { key: "json", title: "JSON" },
] as const;

export function reportTitle(type: string): string {
  return REPORT_TYPES.find((one) => one.key === type)?.title ?? type;
}

/** `471 kB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${formatFigure(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))} ${unit}`;
}
