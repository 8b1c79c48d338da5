// Tables of rows the server has already filtered and sorted. On narrow windows each row is a card.
import { useWide } from "../state/media";
import { Cards } from "./table/Cards";
import type { TableProps } from "./table/types";
import { WideTable } from "./table/WideTable";

export type { Column, Place, TableProps } from "./table/types";

export function DataTable<T>(props: TableProps<T>) {
  const wide = useWide();
  return wide ? <WideTable {...props} /> : <Cards {...props} />;
}
