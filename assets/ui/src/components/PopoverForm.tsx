// A small form behind a button of the filter bar.
import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { Button } from "./Button";

interface PopoverFormProps {
  title: string;
  active: boolean;
  children: (close: () => void) => React.ReactNode;
}

export function PopoverForm({ title, active, children }: PopoverFormProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button small className={active ? "border-accent! bg-accent-soft! text-accent!" : ""}>
          {title}
          <ChevronDown aria-hidden className="opacity-60" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={10}
          aria-label={title}
          className="z-50 w-72 max-w-[92vw] rounded-xl border border-line bg-raised p-4 shadow-raised animate-appear"
        >
          {children(() => setOpen(false))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
