// Dialogs: a box over the page that takes the keyboard until it is closed.
import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { IconButton } from "./Button";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  lead?: React.ReactNode;
  children: React.ReactNode;
  wide?: boolean;
}

export function Dialog({ open, onClose, title, lead, children, wide = false }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45 backdrop-blur-[1px]" />
        <Radix.Content
          {...(lead ? {} : { "aria-describedby": undefined })}
          className={clsx(
            "fixed z-50 flex max-h-[92dvh] flex-col border border-line bg-raised shadow-raised animate-appear",
            "inset-x-0 bottom-0 rounded-t-2xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl",
            wide ? "sm:w-[min(860px,94vw)]" : "sm:w-[min(520px,94vw)]",
          )}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-3 sm:px-6 sm:pt-5">
            <div>
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {lead && <Radix.Description className="mt-0.5 text-sm text-ink-soft">{lead}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-2">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5 sm:px-6 sm:pb-6">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function DialogActions({ children }: { children: React.ReactNode }) {
  return <div className="mt-6 flex flex-wrap justify-end gap-2">{children}</div>;
}
