// Rows as CSV, as the server's own exports are written: RFC 4180, and text that a spreadsheet would
// take for a formula begins with an apostrophe.

const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[,"\n\r]|^\s|\s$/;

export function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const formula = FORMULA.test(text);
  if (!formula && !QUOTED.test(text)) return text;
  return `"${formula ? "'" : ""}${text.replaceAll('"', '""')}"`;
}

export function csv(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
