// A short question about the answer above: it changes that answer's query.
import { ArrowUp } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/Button";

interface FollowUpProps {
  /** An answer of this thread is still on its way; one follows another. */
  busy: boolean;
  onAsk: (question: string) => void;
}

export function FollowUp({ busy, onAsk }: FollowUpProps) {
  const [text, setText] = useState("");
  return (
    <form
      className="flex items-center gap-2 border-t border-line px-4 py-2.5 sm:px-5"
      onSubmit={(event) => {
        event.preventDefault();
        const question = text.trim();
        if (question === "" || busy) return;
        setText("");
        onAsk(question);
      }}
    >
      <input
        aria-label="Follow up"
        placeholder="Follow up: only in eu-west-1, by month, top 5 …"
        value={text}
        maxLength={1000}
        autoComplete="off"
        enterKeyHint="send"
        className="min-h-9 min-w-0 flex-1 rounded-md bg-transparent text-sm text-ink outline-none placeholder:text-ink-faint"
        onChange={(event) => setText(event.target.value)}
      />
      <IconButton
        type="submit"
        label="Ask the follow-up"
        aria-disabled={busy || text.trim() === ""}
        className="size-8! shrink-0 border border-line-strong aria-disabled:opacity-50"
      >
        <ArrowUp />
      </IconButton>
    </form>
  );
}
