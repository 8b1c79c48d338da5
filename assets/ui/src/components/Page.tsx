// The head of every page: its name, how old its data is, what can be done. Names the browser tab.
import { useEffect } from "react";

interface PageProps {
  title: string;
  /** Beside the name: badges. */
  marks?: React.ReactNode;
  /** Under the name: one line. */
  lead?: React.ReactNode;
  actions?: React.ReactNode;
  /** Above the name: the way back. */
  trail?: React.ReactNode;
  children: React.ReactNode;
}

export function Page({ title, marks, lead, actions, trail, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · stocktake`;
  }, [title]);
  return (
    <div className="mx-auto w-full max-w-[1400px] px-4 pt-5 pb-8 sm:px-6 lg:px-8 lg:pt-1 lg:pb-10">
      {trail && <div className="mb-2 text-[13px] text-ink-faint">{trail}</div>}
      <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-[22px] leading-tight font-semibold tracking-tight break-words">{title}</h1>
            {marks}
          </div>
          {lead && <div className="mt-1 text-sm text-ink-soft">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
