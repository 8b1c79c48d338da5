// A box that says something in words: errors of a form, warnings, explanations.
import clsx from "clsx";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { asApiError } from "../api/problem";

const KINDS = {
  info: { box: "bg-info-soft text-info", icon: Info },
  warn: { box: "bg-warn-soft text-warn", icon: TriangleAlert },
  bad: { box: "bg-bad-soft text-bad", icon: CircleAlert },
} as const;

interface NoticeProps {
  kind: keyof typeof KINDS;
  title: React.ReactNode;
  children?: React.ReactNode;
  action?: React.ReactNode;
}

export function Notice({ kind, title, children, action }: NoticeProps) {
  const { box, icon: Icon } = KINDS[kind];
  return (
    <div role={kind === "bad" ? "alert" : "status"} className={clsx("flex gap-3 rounded-lg px-3.5 py-3 text-sm", box)}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {children && <div className="mt-0.5 break-words text-ink">{children}</div>}
        {action && <div className="mt-2">{action}</div>}
      </div>
    </div>
  );
}

/** What the server said about a request that failed. */
export function ProblemNotice({ error, action }: { error: unknown; action?: React.ReactNode }) {
  const problem = asApiError(error);
  const loose = problem.fields;
  return (
    <Notice kind="bad" title={problem.title} action={action}>
      {problem.detail}
      {loose.length > 0 && (
        <ul className="mt-1 list-disc pl-4">
          {loose.map((one) => (
            <li key={one.field + one.message}>
              <code className="font-mono text-[13px]">{one.field}</code>: {one.message}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId && (
        <p className="mt-1 text-[13px] text-ink-faint">
          Request <code className="font-mono">{problem.requestId}</code>
        </p>
      )}
    </Notice>
  );
}
