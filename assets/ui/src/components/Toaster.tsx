// Shows the toasts, and reads them out.
import clsx from "clsx";
import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { dismiss, useToasts } from "../state/toasts";
import { IconButton } from "./Button";

const ICONS = { good: CircleCheck, bad: CircleAlert, info: Info };
const COLOURS = { good: "text-good", bad: "text-bad", info: "text-info" };

export function Toaster() {
  const toasts = useToasts();
  return (
    <div
      role="region"
      aria-label="Messages"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-[60] flex flex-col items-center gap-2 p-4 sm:items-end"
    >
      {toasts.map((one) => {
        const Icon = ICONS[one.tone];
        return (
          <div
            key={one.id}
            className="pointer-events-auto flex w-full max-w-sm items-start gap-3 rounded-xl border border-line bg-raised py-3 pr-2 pl-4 shadow-raised animate-appear"
          >
            <Icon aria-hidden className={clsx("mt-0.5 size-4.5 shrink-0", COLOURS[one.tone])} />
            <div className="min-w-0 flex-1 text-sm">
              <p className="font-medium">{one.title}</p>
              {one.detail && <p className="mt-0.5 break-words text-ink-soft">{one.detail}</p>}
            </div>
            <IconButton label="Dismiss" className="-mt-1.5 size-8" onClick={() => dismiss(one.id)}>
              <X />
            </IconButton>
          </div>
        );
      })}
    </div>
  );
}
