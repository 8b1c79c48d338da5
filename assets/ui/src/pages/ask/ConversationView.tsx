// The questions of this session with their answers: threads newest first, follow-ups under what they
// follow. What happens is also said aloud, once.
import { memo, useEffect, useRef } from "react";
import { newestTurn, followed, threadOf, type Conversation, type Thread, type Turn } from "./conversation";
import { FollowUp } from "./FollowUp";
import { TurnView } from "./TurnView";
import type { Asking } from "./useAsking";

interface ConversationViewProps {
  conversation: Conversation;
  asking: Asking;
  /** The question in the address. */
  question: string | undefined;
}

export function ConversationView({ conversation, asking, question }: ConversationViewProps) {
  const shown = question === undefined ? undefined : threadOf(conversation, question)?.key;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p role="status" className="sr-only">
        {spoken(newestTurn(conversation))}
      </p>
      {conversation.threads.map((thread) => (
        <ThreadView key={thread.key} thread={thread} asking={asking} shown={thread.key === shown} />
      ))}
    </div>
  );
}

interface ThreadViewProps {
  thread: Thread;
  asking: Asking;
  /** It is the one that the address names. */
  shown: boolean;
}

const ThreadView = memo(function ThreadView({ thread, asking, shown }: ThreadViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const turns = thread.turns.length;
  // Going back in the browser leads to the answer of then.
  useEffect(() => {
    if (shown) box.current?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  useEffect(() => {
    if (turns > 1) end.current?.scrollIntoView({ block: "nearest" });
  }, [turns]);
  const base = followed(thread);
  const busy = thread.turns.some((turn) => turn.phase.kind === "asking");
  return (
    <div ref={box} className="scroll-mt-32 rounded-xl border border-line bg-panel shadow-panel">
      {thread.turns.map((turn, index) => (
        <TurnView key={turn.key} turn={turn} asking={asking} follows={index > 0} />
      ))}
      {base && (
        <FollowUp
          busy={busy}
          onAsk={(question) => asking.ask({ question, follows: base.id }, thread.key)}
        />
      )}
      <div ref={end} className="scroll-mb-4" />
    </div>
  );
});

function spoken(turn: Turn | undefined): string {
  if (turn === undefined) return "";
  const { phase } = turn;
  switch (phase.kind) {
    case "asking":
      return phase.tier === "model" ? "The model is working on it." : "Asking.";
    case "answered":
      return phase.answer.summary ?? phase.answer.reason ?? "Choose what you mean.";
    case "failed":
      // The notice is an alert and speaks for itself.
      return "";
    case "cancelled":
      return "Cancelled.";
  }
}
