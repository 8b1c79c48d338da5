// The SQL of an answer: to read, to copy, to change and run. What is run is guarded by the server as
// every query is.
import { Pencil, Play } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyText";
import { controlClass } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";

interface SqlPanelProps {
  sql: string;
  busy: boolean;
  error: unknown;
  onRun: (sql: string) => void;
}

export function SqlPanel({ sql, busy, error, onRun }: SqlPanelProps) {
  const [draft, setDraft] = useState<string>();
  const run = () => {
    if (draft !== undefined && draft.trim() !== "" && !busy) onRun(draft);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="overflow-hidden rounded-lg border border-line bg-sunken">
        <div className="flex items-center justify-between gap-2 border-b border-line px-3 py-1">
          <span className="text-xs font-medium text-ink-faint">SQL</span>
          <span className="flex gap-1">
            <CopyButton text={draft ?? sql} />
            {draft === undefined && (
              <Button small kind="quiet" onClick={() => setDraft(sql)}>
                <Pencil aria-hidden /> Edit
              </Button>
            )}
          </span>
        </div>
        {draft === undefined ? (
          // Scrollable, so the keyboard has to be able to reach it.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <pre tabIndex={0} className="max-h-80 overflow-auto p-3 font-mono text-xs leading-relaxed whitespace-pre-wrap break-words focus-visible:-outline-offset-2">
            {sql}
          </pre>
        ) : (
          <textarea
            // The button that opened it is gone; typing goes on here.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            aria-label="SQL to run"
            spellCheck={false}
            rows={Math.min(16, Math.max(4, draft.split("\n").length + 1, Math.ceil(draft.length / 90)))}
            value={draft}
            className={`${controlClass} block rounded-none! border-0! bg-panel p-3! font-mono text-xs! leading-relaxed focus-visible:-outline-offset-2`}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
            }}
          />
        )}
      </div>
      {error ? <ProblemNotice error={error} /> : null}
      {draft !== undefined && (
        <div className="flex flex-wrap items-center gap-2">
          <Button small kind="primary" busy={busy} disabled={draft.trim() === ""} onClick={run}>
            <Play aria-hidden /> Run
          </Button>
          <Button small onClick={() => setDraft(undefined)}>
            Stop editing
          </Button>
          <span className="hidden text-[13px] text-ink-faint sm:inline">Ctrl Enter runs it. It can only read.</span>
        </div>
      )}
    </div>
  );
}
