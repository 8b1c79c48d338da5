// What stands where data would: still loading, nothing there, or it failed.
import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import { asApiError } from "../api/problem";
import { Button } from "./Button";
import { ProblemNotice } from "./Notice";

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("animate-pulse-soft rounded-md bg-line", className)} />;
}

export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex items-center gap-6 px-5 py-3.5">
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="h-3.5 flex-1" />
          <Skeleton className="h-3.5 w-1/12" />
        </div>
      ))}
    </div>
  );
}

export function SkeletonPanel({ className }: { className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={clsx("rounded-xl border border-line bg-panel p-5", className)}>
      <Skeleton className="h-3.5 w-1/3" />
      <Skeleton className="mt-4 h-3 w-full" />
      <Skeleton className="mt-2.5 h-3 w-5/6" />
      <Skeleton className="mt-2.5 h-3 w-2/3" />
    </div>
  );
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  /** What to do next. */
  children?: React.ReactNode;
  action?: React.ReactNode;
}

export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-full bg-sunken text-ink-faint">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="mt-3 font-semibold">{title}</p>
      {children && <div className="mt-1 max-w-md text-sm text-ink-soft">{children}</div>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

interface FailedProps {
  error: unknown;
  onRetry: () => void;
  /** The way on where trying again cannot help: what was asked for does not exist. */
  list?: React.ReactNode;
}

export function Failed({ error, onRetry, list }: FailedProps) {
  const gone = list !== undefined && asApiError(error).status === 404;
  return (
    <div className="p-4 sm:p-5">
      <ProblemNotice
        error={error}
        action={
          gone ? (
            list
          ) : (
            <Button small onClick={onRetry}>
              Try again
            </Button>
          )
        }
      />
    </div>
  );
}
