// The menu of a row, at the pointer or by the keyboard: copy what stands there, and what the page adds.
import { ContextMenu as Radix } from "radix-ui";
import { useState } from "react";
import { absolute, cellText, copy, rowText } from "./copying";
import type { Column, Place, TableProps } from "./types";

const itemClass =
  "flex items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-sunken data-disabled:opacity-50 " +
  "[&_svg]:size-4 [&_svg]:text-ink-faint";

export function RowMenuItem({ shortcut, children, ...rest }: React.ComponentProps<typeof Radix.Item> & { shortcut?: string }) {
  return (
    <Radix.Item className={itemClass} {...rest}>
      <span className="flex min-w-0 flex-1 items-center gap-2.5 truncate">{children}</span>
      {shortcut && <kbd className="pl-4 font-sans text-xs text-ink-faint">{shortcut}</kbd>}
    </Radix.Item>
  );
}

export const RowMenuLine = () => <Radix.Separator className="my-1.5 h-px bg-line" />;

interface RowMenuProps<T> extends Pick<TableProps<T>, "rows" | "onOpen" | "link" | "menu"> {
  columns: Column<T>[];
  children: React.ReactNode;
}

interface Pointed<T> extends Place<T> {
  element: Element;
  cell: Element | undefined;
}

export function RowMenu<T>({ rows, columns, onOpen, link, menu, children }: RowMenuProps<T>) {
  const [at, setAt] = useState<Pointed<T>>();
  return (
    <Radix.Root>
      <Radix.Trigger
        asChild
        onContextMenu={(event) => {
          const element = (event.target as Element).closest<HTMLElement>("[data-row]");
          const row = element ? rows[Number(element.dataset.index)] : undefined;
          // On links the browser's own menu opens in a new tab, and copies the address; so does it on marked text.
          if (!element || row === undefined || (event.target as Element).closest("a") || String(getSelection()) !== "") {
            event.preventDefault = () => undefined;
            event.stopPropagation();
            setAt(undefined);
            return;
          }
          const cell = (event.target as Element).closest<HTMLElement>("td[data-column]") ?? undefined;
          setAt({ row, element, cell, column: columns.find((one) => one.id === cell?.dataset.column) });
        }}
      >
        {children}
      </Radix.Trigger>
      {at && (
        <Radix.Portal>
          <Radix.Content
            collisionPadding={10}
            className="z-50 max-h-[80dvh] max-w-80 min-w-56 overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-raised animate-appear"
          >
            {onOpen && (
              <RowMenuItem shortcut="Enter" onSelect={() => onOpen(at.row)}>
                Open
              </RowMenuItem>
            )}
            {link && <RowMenuItem onSelect={() => window.open(link(at.row), "_blank", "noopener")}>Open in a new tab</RowMenuItem>}
            {(onOpen ?? link) && <RowMenuLine />}
            {at.cell && at.column && (
              <RowMenuItem onSelect={() => copy(cellText(at.cell), at.column?.header ?? "Cell")}>Copy {lowered(at.column.header)}</RowMenuItem>
            )}
            <RowMenuItem shortcut="Ctrl+C" onSelect={() => copy(rowText(at.element), "Row")}>
              Copy row
            </RowMenuItem>
            {link && (
              <RowMenuItem shortcut="c" onSelect={() => copy(absolute(link(at.row)), "Link")}>
                Copy link
              </RowMenuItem>
            )}
            {menu?.({ row: at.row, column: at.column })}
          </Radix.Content>
        </Radix.Portal>
      )}
    </Radix.Root>
  );
}

/** In the middle of a line: `IP address` stays, `State` does not. */
function lowered(header: string): string {
  return /^[A-Z][a-z]/.test(header) ? header.charAt(0).toLowerCase() + header.slice(1) : header;
}
