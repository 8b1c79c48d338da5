// Which columns a table shows, in which order, what is pinned. Reachable by keyboard throughout.
import { ArrowDown, ArrowUp, Columns3, Pin, PinOff } from "lucide-react";
import { Popover } from "radix-ui";
import { moved, withColumn } from "../../lib/columns";
import { Button, IconButton } from "../Button";
import type { TableLayout } from "./useTableLayout";

export function ColumnTools({ layout }: { layout: TableLayout }) {
  const { all, shown, pinned, show, pin } = layout;
  const rest = all.filter((column) => !shown.includes(column.id));
  const headerOf = (id: string) => all.find((column) => column.id === id)?.header ?? id;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button small>
          <Columns3 aria-hidden /> Columns
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={10}
          aria-label="Columns"
          className="z-50 flex max-h-[min(34rem,76dvh)] w-80 max-w-[92vw] flex-col rounded-xl border border-line bg-raised shadow-raised animate-appear"
        >
          <div className="min-h-0 flex-1 overflow-y-auto p-1.5">
            <p className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-faint">Shown, from left to right</p>
            <ul aria-label="Shown columns">
              {shown.map((id, at) => (
                <li key={id} className="flex items-center gap-0.5 rounded-md pl-2.5 hover:bg-sunken">
                  <Check id={id} header={headerOf(id)} checked disabled={shown.length === 1} onChange={() => show(withColumn(shown, id, shown))} />
                  <Small label={`Move ${headerOf(id)} to the left`} disabled={at === 0} onClick={() => show(moved(shown, id, at - 1))}>
                    <ArrowUp />
                  </Small>
                  <Small label={`Move ${headerOf(id)} to the right`} disabled={at === shown.length - 1} onClick={() => show(moved(shown, id, at + 1))}>
                    <ArrowDown />
                  </Small>
                  <Small
                    label={pinned.includes(id) ? `Unpin ${headerOf(id)}` : `Pin ${headerOf(id)} at the left`}
                    pressed={pinned.includes(id)}
                    onClick={() => pin(id, !pinned.includes(id))}
                  >
                    {pinned.includes(id) ? <PinOff /> : <Pin />}
                  </Small>
                </li>
              ))}
            </ul>
            {rest.length > 0 && (
              <>
                <p className="px-2.5 pt-3 pb-1 text-xs font-medium text-ink-faint">Not shown</p>
                <ul aria-label="Hidden columns">
                  {rest.map(({ id, header }) => (
                    <li key={id} className="flex items-center rounded-md pl-2.5 hover:bg-sunken">
                      <Check id={id} header={header} checked={false} onChange={() => show(withColumn(shown, id, all.map((one) => one.id)))} />
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
          <div className="flex justify-between gap-2 border-t border-line p-2">
            <Button small kind="quiet" disabled={rest.length === 0} onClick={() => show([...shown, ...rest.map((column) => column.id)])}>
              Every column
            </Button>
            <Button small kind="quiet" disabled={!layout.changed} onClick={layout.reset}>
              Back to the usual
            </Button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface CheckProps {
  id: string;
  header: string;
  checked: boolean;
  disabled?: boolean;
  onChange: () => void;
}

function Check({ id, header, checked, disabled = false, onChange }: CheckProps) {
  return (
    <label className="flex min-h-8 min-w-0 flex-1 items-center gap-2.5 text-sm">
      <input type="checkbox" name={id} checked={checked} disabled={disabled} className="size-4 shrink-0 accent-accent" onChange={onChange} />
      <span className="truncate">{header}</span>
    </label>
  );
}

interface SmallProps {
  label: string;
  disabled?: boolean;
  pressed?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Small({ label, disabled = false, pressed, onClick, children }: SmallProps) {
  return (
    <IconButton
      label={label}
      disabled={disabled}
      aria-pressed={pressed}
      className="size-7 shrink-0 hover:bg-line! disabled:opacity-30 aria-pressed:text-accent [&_svg]:size-3.5!"
      onClick={onClick}
    >
      {children}
    </IconButton>
  );
}
