// A question that stays open: why, and what to do next. Nothing is guessed.
import { useQuery } from "@tanstack/react-query";
import { CircleHelp } from "lucide-react";
import { modelQuery } from "../../api/queries";
import type { Answer } from "../../api/types";
import { capital } from "../../lib/format";
import { AnswerFoot } from "./AnswerFoot";
import { Notes } from "./Notes";

export function CannotAnswer({ answer }: { answer: Answer }) {
  const model = useQuery(modelQuery);
  return (
    <>
      <div className="flex gap-3">
        <CircleHelp aria-hidden className="mt-1 size-5 shrink-0 text-warn" />
        <div className="min-w-0">
          <p className="text-[17px] leading-snug font-medium">This cannot be answered</p>
          {answer.reason && <p className="mt-1 text-sm break-words text-ink-soft">{asSentence(answer.reason)}</p>}
          {model.data === null && (
            <p className="mt-1 text-sm text-ink-soft">
              No language model is loaded, so only known kinds of question are answered. Other words may help, or one of the
              examples.
            </p>
          )}
        </div>
      </div>
      <Notes notes={answer.notes ?? []} />
      <AnswerFoot answer={answer} asOf={answer.as_of} />
    </>
  );
}

function asSentence(words: string): string {
  return /[.!?]$/.test(words) ? capital(words) : `${capital(words)}.`;
}
