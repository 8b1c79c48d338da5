// Picks columns out of a CSV that arrives in pieces, without holding the whole. Pure.
import { cell } from "./csv";

export interface Wanted {
  /** As the file's first line names it. */
  field: string;
  title: string;
}

export interface Picker {
  /** The next piece; gives the picked lines that are complete. */
  add: (piece: string) => string;
  end: () => string;
}

export function columnPicker(wanted: readonly Wanted[]): Picker {
  let rest = "";
  let places: number[] | undefined;

  const line = (text: string): string => {
    const cells = cellsOf(text);
    if (!places) {
      places = wanted.map((one) => cells.indexOf(one.field));
      return `${wanted.map((one) => cell(one.title)).join(",")}\r\n`;
    }
    return `${places.map((place) => cells[place] ?? "").join(",")}\r\n`;
  };
  const add = (piece: string): string => {
    const text = rest + piece;
    let quoting = false;
    let start = 0;
    let picked = "";
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === '"') quoting = !quoting;
      else if (sign === "\n" && !quoting) {
        picked += line(text.slice(start, at).replace(/\r$/, ""));
        start = at + 1;
      }
    }
    rest = text.slice(start);
    return picked;
  };
  return { add, end: () => (rest === "" ? "" : line(rest)) };
}

/** The cells of a line as they are written, quotes and all. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let quoting = false;
  let start = 0;
  for (let at = 0; at <= line.length; at += 1) {
    if (line[at] === '"') quoting = !quoting;
    if (at === line.length || (line[at] === "," && !quoting)) {
      cells.push(line.slice(start, at));
      start = at + 1;
    }
  }
  return cells;
}
