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
      className="border-t border-line px-3 py-2.5 sm:px-4"
      onSubmit={(event) => {
        event.preventDefault();
        const question = text.trim();
        if (question === "" || busy) return;
        setText("");
        onAsk(question);
      }}
    >
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-0.5 pr-1 pl-3 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
      <input
        aria-label="Follow up"
        placeholder="Follow up: only in eu-west-1, by month, top 5 …"
        value={text}
        maxLength={1000}
        autoComplete="off"
        enterKeyHint="send"
        className="min-h-8 min-w-0 flex-1 bg-transparent text-sm text-ink outline-none placeholder:text-ink-faint"
        onChange={(event) => setText(event.target.value)}
      />
      <IconButton
        type="submit"
        label="Ask the follow-up"
        aria-disabled={busy || text.trim() === ""}
        className="size-7! shrink-0 bg-accent text-on-accent! hover:bg-accent-strong! aria-disabled:bg-transparent! aria-disabled:text-ink-faint! [&_svg]:size-4!"
      >
        <ArrowUp />
      </IconButton>
      </div>
    </form>
  );
}
