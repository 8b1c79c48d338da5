// What goes to the clipboard from a table: a cell, a row, a link.
import { copied } from "../../state/clipboard";
import { toast } from "../../state/toasts";

/** What a cell shows, on one line. */
export function cellText(cell: Element | null | undefined): string {
  const text = (cell as HTMLElement | null | undefined)?.innerText ?? cell?.textContent ?? "";
  return text.replaceAll(/\s*\n\s*/g, " · ").trim();
}

/** A row's cells as a spreadsheet takes them. */
export function rowText(row: Element | null | undefined): string {
  const cells = [...(row?.querySelectorAll("td[data-column]") ?? [])];
  return cells.map((cell) => cellText(cell).replaceAll("\t", " ")).join("\t");
}

export function absolute(link: string): string {
  return new URL(link, window.location.origin).href;
}

export function copy(text: string, what: string): void {
  void copied(text).then((done) => {
    if (done) toast("good", `${what} copied`, text.length > 120 ? `${text.slice(0, 120)}…` : text.replaceAll("\t", " · "));
  });
}
