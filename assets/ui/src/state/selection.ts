// Rows that a person has chosen to do something with. They stay chosen while the list is read on.
import { useState } from "react";

export interface Selection<T> {
  rows: T[];
  has: (row: T) => boolean;
  toggle: (row: T) => void;
  /** Chooses all of these, or none of them where all are chosen. */
  toggleAll: (rows: T[]) => void;
  clear: () => void;
}

export function useSelection<T>(keyOf: (row: T) => string): Selection<T> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, T>>(new Map());
  const change = (edit: (next: Map<string, T>) => void) => {
    const next = new Map(chosen);
    edit(next);
    setChosen(next);
  };
  return {
    rows: [...chosen.values()],
    has: (row) => chosen.has(keyOf(row)),
    toggle: (row) => change((next) => next.delete(keyOf(row)) || next.set(keyOf(row), row)),
    toggleAll: (rows) =>
      change((next) => {
        const all = rows.every((row) => next.has(keyOf(row)));
        for (const row of rows) {
          if (all) next.delete(keyOf(row));
          else next.set(keyOf(row), row);
        }
      }),
    clear: () => setChosen(new Map()),
  };
}
