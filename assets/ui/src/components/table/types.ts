// What a table is told: its columns, and what can be done with its rows.
import type { Selection } from "../../state/selection";
import type { TableLayout } from "./useTableLayout";

export interface Column<T> {
  /** Also the name the server sorts by, where `sortable`. */
  id: string;
  header: string;
  cell: (row: T) => React.ReactNode;
  sortable?: boolean;
  /** Numbers stand at the right. */
  right?: boolean;
}

/** A row and the cell of it that a person points at. */
export interface Place<T> {
  row: T;
  column: Column<T> | undefined;
}

export interface TableProps<T> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** `column` or `-column`. */
  sort?: string | undefined;
  onSort?: ((sort: string) => void) | undefined;
  /** Rows grey out while newer ones are on their way. */
  waiting?: boolean;
  onOpen?: ((row: T) => void) | undefined;
  /** The row in a narrow window. */
  card: (row: T) => React.ReactNode;
  /** Which columns, how wide, in which order; absent where nobody can change that. */
  layout?: TableLayout | undefined;
  /** All rows there are, shown or not. */
  total?: number | undefined;
  /** The last rows came into view, and there are more. */
  onEnd?: (() => void) | undefined;
  /** First and last row in view. */
  onView?: ((first: number, last: number) => void) | undefined;
  selection?: Selection<T> | undefined;
  /** What choosing a row is called: `Choose ann.smith`. */
  choiceLabel?: ((row: T) => string) | undefined;
  /** At the end of a row that is pointed at. */
  actions?: ((row: T) => React.ReactNode) | undefined;
  /** More in the menu of a row, under what every table offers. */
  menu?: ((place: Place<T>) => React.ReactNode) | undefined;
  /** The address of what a row opens. */
  link?: ((row: T) => string) | undefined;
  /** Every row is one or two lines, so that heights need no measuring. */
  uniform?: boolean | undefined;
}
