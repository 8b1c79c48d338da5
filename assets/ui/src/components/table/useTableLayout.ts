// The columns of one table as this person wants them: shown, ordered, pinned and resized. Which are
// shown, and in which order, also stands in the address, so that a link shows the same table.
import { useCallback, useEffect, useMemo } from "react";
import { value } from "../../lib/address";
import { columnsParameter, drawnOrder, shownColumns, tableName, type KeptLayout } from "../../lib/columns";
import { useFilters } from "../../state/filters";
import { usePreference } from "../../state/preferences";

export interface TableLayout {
  /** Every column there is, in the usual order. */
  all: readonly { id: string; header: string }[];
  usual: readonly string[];
  /** In the order they are drawn: pinned ones first. */
  shown: readonly string[];
  pinned: readonly string[];
  widths: Record<string, number>;
  /** False until it is known what the person chose before. */
  ready: boolean;
  show: (shown: string[]) => void;
  pin: (id: string, pinned: boolean) => void;
  resize: (widths: Record<string, number>) => void;
  reset: () => void;
  /** Whether anything differs from the usual. */
  changed: boolean;
}

const NONE: readonly string[] = [];
const NO_WIDTHS: Record<string, number> = {};

export function useTableLayout(
  label: string,
  columns: readonly { id: string; header: string }[],
  usual: readonly string[] = columns.map((column) => column.id),
): TableLayout {
  const { search, change } = useFilters();
  const { value: kept, ready, set } = usePreference<KeptLayout>(`tables.${tableName(label)}`);
  const ids = columns.map((column) => column.id).join();
  const usualIds = usual.join();
  const known = useMemo(() => ({ all: ids.split(","), usual: usualIds.split(",") }), [ids, usualIds]);
  const given = value(search, "columns");
  const pinned = kept?.pinned ?? NONE;
  const shown = useMemo(
    () => drawnOrder(shownColumns(given, kept, known), kept?.pinned ?? NONE),
    [given, kept, known],
  );

  // What the person sees is what a pasted address shows.
  const own = ready && given === undefined ? columnsParameter(shown, known) : undefined;
  useEffect(() => {
    if (own !== undefined) change({ columns: own }, true);
  }, [own, change]);

  const show = useCallback(
    (next: string[]) => {
      const parameter = columnsParameter(next, known);
      const rest = { ...kept };
      delete rest.columns;
      set(parameter === undefined ? rest : { ...rest, columns: next });
      change({ columns: parameter }, true);
    },
    [kept, set, change, known],
  );
  const pin = useCallback(
    (id: string, on: boolean) => set({ ...kept, pinned: on ? [...pinned, id] : pinned.filter((one) => one !== id) }),
    [kept, pinned, set],
  );
  const resize = useCallback((widths: Record<string, number>) => set({ ...kept, widths }), [kept, set]);
  const reset = useCallback(() => {
    set(undefined);
    change({ columns: undefined }, true);
  }, [set, change]);
  const widths = kept?.widths ?? NO_WIDTHS;
  return {
    all: columns,
    usual: known.usual,
    shown,
    pinned,
    widths,
    ready,
    show,
    pin,
    resize,
    reset,
    changed: given !== undefined || pinned.length > 0 || Object.keys(widths).length > 0,
  };
}
