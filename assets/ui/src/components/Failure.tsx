// An error as AWS gave it: code, message, request id. Nothing is reworded.
import type { AwsFailure } from "../api/types";

export function Failure({ failure }: { failure: AwsFailure }) {
  return (
    <div className="text-[13px]">
      <p>
        <code className="font-mono font-semibold text-bad">{failure.code}</code>
      </p>
      <p className="break-words text-ink-soft">{failure.message}</p>
      {failure.request_id && (
        <p className="mt-0.5 break-all text-ink-faint">
          Request id <code className="font-mono">{failure.request_id}</code>
        </p>
      )}
    </div>
  );
}
