// The quiet page around login and set-up.
import { useEffect } from "react";
import { Brand } from "../shell/Brand";

interface AuthFrameProps {
  title: string;
  lead?: React.ReactNode;
  notice?: React.ReactNode;
  children: React.ReactNode;
}

export function AuthFrame({ title, lead, notice, children }: AuthFrameProps) {
  useEffect(() => {
    document.title = `${title} · stocktake`;
  }, [title]);
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-[400px]">
        <div className="mb-6 flex justify-center">
          <Brand />
        </div>
        {notice && <div className="mb-4 flex flex-col gap-3">{notice}</div>}
        <div className="rounded-2xl border border-line bg-panel p-6 shadow-panel sm:p-7">
          <h1 className="text-lg font-semibold">{title}</h1>
          {lead && <p className="mt-1 text-sm text-ink-soft">{lead}</p>}
          <div className="mt-5">{children}</div>
        </div>
        <p className="mt-5 text-center text-[13px] text-ink-faint">Takes stock of your AWS estate</p>
      </div>
    </main>
  );
}
