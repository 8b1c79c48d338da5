// A box that says something in words: errors of a form, warnings, explanations.
import clsx from "clsx";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { asApiError } from "../api/problem";
import { formatField } from "../lib/format";

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

interface ProblemNoticeProps {
  error: unknown;
  action?: React.ReactNode;
  /** Fields that show what is wrong with them themselves. */
  placed?: readonly string[];
}

/** What the server said about a request that failed; nothing where the fields say it all. */
export function ProblemNotice({ error, action, placed = [] }: ProblemNoticeProps) {
  const problem = asApiError(error);
  const loose = problem.fields.filter((one) => !placed.includes(one.field));
  if (problem.fields.length > 0 && loose.length === 0) return null;
  return (
    <Notice kind="bad" title={problem.title} action={action}>
      {/* With fields, the detail is the same once more. */}
      {problem.fields.length === 0 && problem.detail}
      {loose.length > 0 && (
        <ul className="mt-1 list-disc pl-4">
          {loose.map((one) => (
            <li key={one.field + one.message}>
              {formatField(one.field)}: {one.message}
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
