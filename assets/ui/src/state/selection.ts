// Rows that a person has chosen to do something with. They stay chosen while the list is read on.
import { useCallback, useMemo, useState } from "react";

export interface Selection<T> {
  rows: T[];
  has: (row: T) => boolean;
  /** Rows that nothing can be done with cannot be chosen. */
  can: (row: T) => boolean;
  toggle: (row: T) => void;
  /** Chooses these, or takes them back. */
  choose: (rows: readonly T[], on: boolean) => void;
  /** Chooses all of these, or none of them where all are chosen. */
  toggleAll: (rows: readonly T[]) => void;
  clear: () => void;
}

const every = () => true;

export function useSelection<T>(keyOf: (row: T) => string, can: (row: T) => boolean = every): Selection<T> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, T>>(new Map());
  const choose = useCallback(
    (rows: readonly T[], on: boolean) =>
      setChosen((before) => {
        const next = new Map(before);
        for (const row of rows) {
          if (!on) next.delete(keyOf(row));
          else if (can(row)) next.set(keyOf(row), row);
        }
        return next;
      }),
    [keyOf, can],
  );
  const clear = useCallback(() => setChosen(new Map()), []);
  return useMemo(() => {
    const has = (row: T) => chosen.has(keyOf(row));
    return {
      rows: [...chosen.values()],
      has,
      can,
      choose,
      toggle: (row) => choose([row], !has(row)),
      toggleAll: (rows) => choose(rows, !rows.filter(can).every(has)),
      clear,
    };
  }, [chosen, keyOf, can, choose, clear]);
}
