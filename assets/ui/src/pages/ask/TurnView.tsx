// One question and what became of it.
import { useQuery } from "@tanstack/react-query";
import { CornerDownRight, RotateCcw } from "lucide-react";
import { useId } from "react";
import { organizationsQuery } from "../../api/queries";
import { Button, IconButton } from "../../components/Button";
import { AnswerView } from "./AnswerView";
import { CannotAnswer } from "./CannotAnswer";
import { Choices } from "./Choices";
import type { Turn } from "./conversation";
import { TurnProblem } from "./TurnProblem";
import type { Asking } from "./useAsking";
import { Working } from "./Working";

interface TurnViewProps {
  turn: Turn;
  asking: Asking;
  follows: boolean;
}

export function TurnView({ turn, asking, follows }: TurnViewProps) {
  const heading = useId();
  const { phase, readings, request } = turn;
  const answer = phase.kind === "answered" ? phase.answer : undefined;
  return (
    <article aria-labelledby={heading} className="flex flex-col gap-3 border-line px-4 py-4 not-first:border-t sm:px-5">
      <header className="flex items-start justify-between gap-3">
        <h2 id={heading} className="min-w-0 text-[15px] font-semibold break-words text-ink-soft">
          {(follows || request.follows) && <CornerDownRight role="img" aria-label="Follow-up:" className="mr-1.5 inline size-4 text-ink-faint" />}
          {request.question}
          {request.organization_id && <OrganizationMark id={request.organization_id} />}
        </h2>
        {phase.kind !== "asking" && (
          <IconButton label="Ask again" className="-my-1.5 -mr-2 size-8! shrink-0 [&_svg]:size-4!" onClick={() => asking.again(turn)}>
            <RotateCcw />
          </IconButton>
        )}
      </header>
      {readings.length > 0 && (
        <Choices
          readings={readings}
          chosen={request.reading ?? undefined}
          answered={answer?.outcome === "answered"}
          onChoose={(reading) => asking.again(turn, reading)}
        />
      )}
      {phase.kind === "asking" && <Working phase={phase} onCancel={() => asking.cancel(turn)} />}
      {phase.kind === "failed" && <TurnProblem error={phase.error} at={phase.at} onRetry={() => asking.again(turn)} />}
      {phase.kind === "cancelled" && (
        <p className="flex flex-wrap items-center gap-3 text-sm text-ink-faint">
          Cancelled before there was an answer.
          <Button small onClick={() => asking.again(turn)}>
            Ask again
          </Button>
        </p>
      )}
      {answer?.outcome === "cannot_answer" && <CannotAnswer answer={answer} />}
      {answer?.outcome === "answered" && <AnswerView key={answer.id} turn={turn} answer={answer} asking={asking} />}
    </article>
  );
}

/** Which organization alone the answer is about. */
function OrganizationMark({ id }: { id: string }) {
  const { data } = useQuery(organizationsQuery);
  const name = data?.items.find((one) => one.id === id)?.name;
  return <span className="ml-2 rounded-full bg-sunken px-2 py-0.5 text-xs font-medium whitespace-nowrap text-ink-faint">{name ?? "One organization"} only</span>;
}
