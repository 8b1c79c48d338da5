// What this person asked before, newest first; one press asks it again.
import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck, CircleHelp, CornerDownRight, Split, ThumbsDown, ThumbsUp } from "lucide-react";
import { questionsQuery } from "../../api/queries";
import type { AskedQuestion, AskRequest, Outcome } from "../../api/types";
import { Button } from "../../components/Button";
import { Failed } from "../../components/States";
import { Age } from "../../components/Time";
import { formatCount } from "../../lib/format";
import { ListLoading, ListNothing } from "./ListStates";

const OUTCOMES: Record<Outcome, { icon: typeof Split; words: string; colour: string }> = {
  answered: { icon: CircleCheck, words: "answered", colour: "text-good" },
  ambiguous: { icon: Split, words: "more than one meaning", colour: "text-info" },
  cannot_answer: { icon: CircleHelp, words: "not answered", colour: "text-warn" },
};

export function HistoryList({ onAsk }: { onAsk: (request: AskRequest) => void }) {
  const query = useInfiniteQuery(questionsQuery);
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <ListLoading />;
  const all = eachOnce(query.data.pages.flatMap((page) => page.items));
  if (all.length === 0) return <ListNothing>Your questions stand here, newest first.</ListNothing>;
  return (
    <>
      <ul aria-label="My questions" className="flex flex-col gap-0.5">
        {all.map((one) => (
          <li key={one.id}>
            <Asked one={one} onAsk={onAsk} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button small kind="quiet" className="mt-1" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

/** A question that was asked several times stands where it was asked last. */
function eachOnce(all: AskedQuestion[]): AskedQuestion[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = JSON.stringify([one.question, one.follows ?? null]);
    return !seen.has(key) && seen.add(key);
  });
}

function Asked({ one, onAsk }: { one: AskedQuestion; onAsk: (request: AskRequest) => void }) {
  const { icon: Icon, words, colour } = OUTCOMES[one.outcome];
  return (
    <button
      type="button"
      title={one.understood ?? one.reason ?? undefined}
      className="flex w-full gap-2.5 rounded-lg px-2.5 py-2 text-left transition-colors hover:bg-sunken focus-visible:-outline-offset-2"
      onClick={() => onAsk({ question: one.question, ...(one.follows ? { follows: one.follows } : {}) })}
    >
      <Icon role="img" aria-label={`${words}:`} className={`mt-0.5 size-4 shrink-0 ${colour}`} />
      <span className="min-w-0 flex-1">
        <span className="line-clamp-2 text-sm break-words">
          {one.follows && <CornerDownRight role="img" aria-label="follow-up:" className="mr-1 inline size-3.5 text-ink-faint" />}
          {one.question}
        </span>
        <span className="flex items-center gap-1.5 text-[13px] text-ink-faint">
          <Age at={one.asked_at} />
          {one.rows != null && <span>· {formatCount(one.rows, "row")}</span>}
          {one.feedback === "right" && <ThumbsUp role="img" aria-label="you called it right" className="size-3.5" />}
          {one.feedback === "wrong" && <ThumbsDown role="img" aria-label="you called it wrong" className="size-3.5" />}
        </span>
      </span>
    </button>
  );
}
