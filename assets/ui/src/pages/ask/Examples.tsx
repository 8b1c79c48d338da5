// Before the first question: what can be asked, one card each.
import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight } from "lucide-react";
import { useState } from "react";
import { examplesQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Failed, Skeleton } from "../../components/States";

const SHORT = 12;

export function Examples({ onAsk }: { onAsk: (question: string) => void }) {
  const query = useQuery(examplesQuery);
  const [all, setAll] = useState(false);
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const examples = query.data ?? [];
  return (
    <section aria-labelledby="examples">
      <h2 id="examples" className="mt-2 text-sm font-semibold">
        Some questions to begin with
      </h2>
      <p className="mt-0.5 mb-3 text-sm text-ink-soft">
        An answer comes with its SQL and the age of its data. What cannot be answered is said so.
      </p>
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {query.data === undefined && Array.from({ length: 6 }, (_, card) => <Skeleton key={card} className="h-22 rounded-xl!" />)}
        {examples.slice(0, all ? undefined : SHORT).map((example) => (
          <li key={example.question}>
            <button
              type="button"
              className="group flex size-full flex-col items-start gap-1 rounded-xl border border-line bg-panel p-3.5 text-left shadow-panel transition-colors hover:border-accent"
              onClick={() => onAsk(example.question)}
            >
              <span className="flex w-full items-center justify-between gap-2 text-[13px] text-ink-faint">
                {example.topic}
                <ArrowUpRight aria-hidden className="size-4 opacity-0 transition-opacity group-hover:opacity-100 group-focus-visible:opacity-100" />
              </span>
              <span className="text-sm font-medium">{example.question}</span>
            </button>
          </li>
        ))}
      </ul>
      {examples.length > SHORT && (
        <Button small kind="quiet" className="mt-3" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${examples.length}`}
        </Button>
      )}
    </section>
  );
}
