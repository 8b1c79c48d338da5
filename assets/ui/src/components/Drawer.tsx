// A sheet at the side over the page: the details of one row, without leaving the list.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { IconButton } from "./Button";

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: React.ReactNode;
  lead?: React.ReactNode;
  /** Stands at the bottom whatever is scrolled. */
  actions?: React.ReactNode;
  children: React.ReactNode;
}

export function Drawer({ open, onClose, title, lead, actions, children }: DrawerProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/35" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 right-0 z-50 flex w-[min(680px,100vw)] flex-col border-l border-line bg-panel shadow-raised animate-slide-over"
        >
          <header className="flex items-start justify-between gap-4 border-b border-line px-5 py-4 sm:px-6">
            <div className="min-w-0">
              <Radix.Title className="text-base font-semibold break-words">{title}</Radix.Title>
              {lead && <div className="mt-0.5 text-sm text-ink-soft">{lead}</div>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-2 shrink-0">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4 sm:px-6">{children}</div>
          {actions && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3 sm:px-6">{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A part of a drawer, with a heading of its own. */
export function DrawerPart({ title, aside, children }: { title: string; aside?: React.ReactNode; children: React.ReactNode }) {
  return (
    <section className="border-t border-line py-4 first:border-0 first:pt-0">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3">
        <h3 className="text-sm font-semibold">{title}</h3>
        {aside && <span className="text-[13px] text-ink-faint">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
