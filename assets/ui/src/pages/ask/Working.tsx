// While a question is being answered: who is at work, for how long, and what the model writes.
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, Spinner } from "../../components/Button";
import { formatDuration } from "../../lib/format";
import type { Phase } from "./conversation";

type AskingPhase = Extract<Phase, { kind: "asking" }>;

/** What is shown of a long text: its end is where something happens. */
const TAIL = 320;

export function Working({ phase, onCancel }: { phase: AskingPhase; onCancel: () => void }) {
  const elapsed = useElapsed(phase.since);
  const { written } = phase;
  return (
    <div className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm text-ink-soft">
        <Spinner />
        <span>{doing(phase)}</span>
        {elapsed >= 1000 && <span className="text-ink-faint">{formatDuration(Math.floor(elapsed / 1000) * 1000).replace(".0", "")}</span>}
        <Button small className="ml-auto" onClick={onCancel}>
          <X aria-hidden /> Cancel
        </Button>
      </div>
      {written !== "" && (
        <p aria-hidden className="rounded-lg bg-sunken px-3 py-2 font-mono text-xs leading-relaxed break-words text-ink-faint">
          {written.length > TAIL && "… "}
          {written.slice(-TAIL)}
          <span className="ml-0.5 inline-block h-3.5 w-1.5 translate-y-0.5 animate-pulse-soft bg-accent" />
        </p>
      )}
    </div>
  );
}

function doing({ tier, written, sql }: AskingPhase): string {
  if (sql !== undefined) return "Running the query";
  if (tier === "model") return written === "" ? "The model reads the question" : "The model writes a query";
  return "Looking for the answer";
}

function useElapsed(since: number): number {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - since);
}
