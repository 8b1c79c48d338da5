// The white box that groups things, with a heading of its own.
import clsx from "clsx";
import { useId } from "react";

interface PanelProps {
  title?: React.ReactNode;
  /** Stands at the right of the heading. */
  aside?: React.ReactNode;
  children: React.ReactNode;
  className?: string;
  /** Without padding, for tables and lists that reach the edge. */
  flush?: boolean;
}

export function Panel({ title, aside, children, className, flush = false }: PanelProps) {
  const heading = useId();
  return (
    <section
      aria-labelledby={title ? heading : undefined}
      className={clsx("min-w-0 rounded-xl border border-line bg-panel shadow-panel", className)}
    >
      {(title ?? aside) && (
        <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-3.5 sm:px-5">
          <h2 id={heading} className="text-sm font-semibold">
            {title}
          </h2>
          {aside && <div className="text-[13px] text-ink-faint">{aside}</div>}
        </header>
      )}
      <div className={flush ? clsx(title && "pt-3") : "p-4 sm:px-5"}>{children}</div>
    </section>
  );
}
