// Why a question got no answer from the server. Where it is only busy, the way to try again opens
// when that makes sense.
import { useEffect, useState } from "react";
import type { ApiError } from "../../api/problem";
import { Button } from "../../components/Button";
import { ProblemNotice } from "../../components/Notice";

/** Where a stream that had begun cannot say how long. */
const USUAL_WAIT_S = 5;

interface TurnProblemProps {
  error: ApiError;
  /** When it failed. */
  at: number;
  onRetry: () => void;
}

export function TurnProblem({ error, at, onRetry }: TurnProblemProps) {
  const wait = error.retryAfter ?? (error.status === 503 ? USUAL_WAIT_S : 0);
  const left = useSecondsUntil(at + wait * 1000);
  return (
    <ProblemNotice
      error={error}
      action={
        <Button small disabled={left > 0} onClick={onRetry}>
          {left > 0 ? `Try again in ${left} s` : "Try again"}
        </Button>
      }
    />
  );
}

function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(() => Date.now());
  const over = now >= moment;
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [over]);
  return Math.max(0, Math.ceil((moment - now) / 1000));
}
