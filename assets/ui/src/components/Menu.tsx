// Drop-down menus, in the page's own clothes.
import clsx from "clsx";
import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";

const itemClass =
  "flex items-center gap-2.5 rounded-md px-2.5 py-2 text-sm outline-none select-none data-highlighted:bg-sunken " +
  "data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:text-ink-faint";

interface MenuProps {
  trigger: React.ReactNode;
  children: React.ReactNode;
  align?: "start" | "end";
  side?: "top" | "bottom";
}

export function Menu({ trigger, children, align = "end", side = "bottom" }: MenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={10}
          className="z-50 max-h-[70dvh] min-w-52 overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-raised animate-appear"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({ className, ...rest }: React.ComponentProps<typeof Radix.Item>) {
  return <Radix.Item className={clsx(itemClass, className)} {...rest} />;
}

export function MenuCheck({ children, ...rest }: React.ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem className={itemClass} onSelect={(event) => event.preventDefault()} {...rest}>
      <CheckBox checked={rest.checked === true} />
      {children}
    </Radix.CheckboxItem>
  );
}

export const MenuRadioGroup = Radix.RadioGroup;

export function MenuRadio({ children, ...rest }: React.ComponentProps<typeof Radix.RadioItem>) {
  return (
    <Radix.RadioItem className={itemClass} {...rest}>
      <span className="grid size-4 place-items-center">
        <Radix.ItemIndicator>
          <Check aria-hidden className="text-accent!" />
        </Radix.ItemIndicator>
      </span>
      {children}
    </Radix.RadioItem>
  );
}

export function MenuLabel({ children }: { children: React.ReactNode }) {
  return <Radix.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-faint">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1.5 h-px bg-line" />;
}

function CheckBox({ checked }: { checked: boolean }) {
  return (
    <span
      aria-hidden
      className={clsx(
        "grid size-4 shrink-0 place-items-center rounded border [&_svg]:size-3!",
        checked ? "border-accent bg-accent [&_svg]:text-on-accent!" : "border-line-strong bg-panel",
      )}
    >
      {checked && <Check strokeWidth={3} />}
    </span>
  );
}
