// The keyboard in a table: arrows or j and k from row to row, left and right from cell to cell, Enter
// opens, x chooses (with Shift up to here), c copies, Shift+F10 is the menu.
import { useEffect, type RefObject } from "react";
import { absolute, cellText, copy, rowText } from "./copying";

export interface KeyTarget {
  count: number;
  active: number;
  /** The columns' ids as they are drawn. */
  columns: readonly string[];
  at: string | undefined;
  /** Rows that fit the window; measured only when it is needed. */
  page: () => number;
  move: (index: number) => void;
  mark: (column: string | undefined) => void;
  toggle: ((index: number, range: boolean) => void) | undefined;
  open: ((index: number) => void) | undefined;
  link: ((index: number) => string | undefined) | undefined;
  rowAt: (index: number) => Element | null;
  clear: (() => void) | undefined;
}

const TYPING = "input, textarea, select, [contenteditable], [role=menu], [role=dialog], [role=listbox]";

/** Handles one key; says whether it was one of the table's. */
function press(event: KeyboardEvent | React.KeyboardEvent, target: KeyTarget): boolean {
  const { count, active, columns, at, page } = target;
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey || count === 0) return false;
  if (command) {
    if (event.key !== "c" || active < 0 || String(getSelection()) !== "") return false;
    const row = target.rowAt(active);
    if (at) copy(cellText(row?.querySelector(`td[data-column="${CSS.escape(at)}"]`)), "Cell");
    else copy(rowText(row), "Row");
    return true;
  }
  const go = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    if (event.shiftKey && event.key.startsWith("Arrow")) target.toggle?.(next, true);
    target.move(next);
    return true;
  };
  const sideways = (by: number) => {
    if (active < 0) return false;
    const next = (at === undefined ? (by > 0 ? -1 : columns.length) : columns.indexOf(at)) + by;
    target.mark(columns[Math.max(0, Math.min(columns.length - 1, next))]);
    return true;
  };
  switch (event.key) {
    case "ArrowDown":
    case "j":
      return go(active + 1);
    case "ArrowUp":
    case "k":
      return go(active < 0 ? 0 : active - 1);
    case "ArrowRight":
      return sideways(1);
    case "ArrowLeft":
      return sideways(-1);
    case "PageDown":
      return go(active + page());
    case "PageUp":
      return go(active - page());
    case "Home":
      return go(0);
    case "End":
      return go(count - 1);
  }
  if (active < 0) return false;
  switch (event.key) {
    case "Enter":
    case "o":
      target.open?.(active);
      return target.open !== undefined;
    case "x":
    case "X":
      target.toggle?.(active, event.shiftKey);
      return target.toggle !== undefined;
    case "c":
      return copyLink(target.link?.(active));
    case "Escape":
      if (at !== undefined) target.mark(undefined);
      else target.clear?.();
      return at !== undefined || target.clear !== undefined;
  }
  return false;
}

function copyLink(link: string | undefined): boolean {
  if (link !== undefined) copy(absolute(link), "Link");
  return link !== undefined;
}

const FROM_ANYWHERE = ["j", "k"];

/** Keys of the box itself are handled by what this returns; j and k work from the page as well. */
export function useKeys(box: RefObject<HTMLElement | null>, target: RefObject<KeyTarget | undefined>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || !FROM_ANYWHERE.includes(event.key)) return;
      const from = document.activeElement;
      // Only where nothing else wants the key, and not under a dialog.
      if (from !== document.body && from?.id !== "content") return;
      if (document.querySelector("[role=dialog], [role=menu]") || !target.current) return;
      if (press(event, { ...target.current })) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [target]);

  return (event: React.KeyboardEvent) => {
    const from = event.target as Element;
    // A row has the focus, not something in it.
    const inRow = from.matches("[data-row]");
    if (event.defaultPrevented || !box.current?.contains(from) || from.matches(TYPING) || !target.current) return;
    if (!inRow && !(from === box.current || (event.key === "Escape" && from.closest("[data-row]")))) return;
    if (press(event, target.current)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}
