// What rows call on their table. The object stays the same, so that rows are not drawn again for it.
import type { TableProps } from "./types";

export interface Deeds<T> {
  toggle: (index: number, range: boolean) => void;
  open: (row: T) => void;
  activate: (index: number) => void;
  actions: TableProps<T>["actions"];
}

export class RowDeeds<T> {
  private now: Deeds<T> | undefined;

  update(now: Deeds<T>): void {
    this.now = now;
  }

  readonly toggle = (index: number, range: boolean) => this.now?.toggle(index, range);
  readonly open = (row: T) => this.now?.open(row);
  readonly activate = (index: number) => this.now?.activate(index);
  readonly actions = (row: T) => this.now?.actions?.(row);
}
