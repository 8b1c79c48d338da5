// Where a question is typed. One line that grows to three; the up arrow brings back earlier questions.
import { CornerDownLeft } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { formatNumber } from "../../lib/format";
import { useOrganization } from "../../state/filters";

const MOST_CHARACTERS = 1000;
const LINE_PX = 26;
const LINES = 3;

interface QuestionBoxProps {
  /** Newest first. */
  earlier: string[];
  onAsk: (question: string) => void;
}

export function QuestionBox({ earlier, onAsk }: QuestionBoxProps) {
  const [text, setText] = useState("");
  /** Which of the earlier questions stands in the box. */
  const [recalled, setRecalled] = useState(-1);
  const box = useRef<HTMLTextAreaElement>(null);
  const narrowed = useOrganization() !== undefined;

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.style.height = "0";
    element.style.height = `${Math.min(element.scrollHeight, LINES * LINE_PX)}px`;
  }, [text]);

  const send = () => {
    const question = text.trim();
    if (question === "") return;
    setText("");
    setRecalled(-1);
    onAsk(question);
  };

  const recall = (to: number) => {
    if (to >= earlier.length) return;
    setRecalled(to);
    setText(earlier[to] ?? "");
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && (text === "" || recalled >= 0)) {
      event.preventDefault();
      recall(recalled + 1);
    } else if (event.key === "ArrowDown" && recalled >= 0) {
      event.preventDefault();
      recall(recalled - 1);
    }
  };

  return (
    <form
      className="rounded-xl border border-line-strong bg-panel p-3 shadow-panel focus-within:border-accent focus-within:ring-1 focus-within:ring-accent sm:px-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        rows={1}
        value={text}
        maxLength={MOST_CHARACTERS}
        aria-label="Your question"
        aria-describedby="question-keys"
        enterKeyHint="send"
        placeholder={narrowed ? "Ask about the chosen organization" : "Ask about your WorkSpaces"}
        className="block w-full resize-none overflow-y-auto bg-transparent text-[17px] leading-[26px] text-ink outline-none placeholder:text-ink-faint"
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value);
          setRecalled(-1);
        }}
      />
      <div className="mt-2 flex items-end justify-between gap-3">
        <p id="question-keys" className="text-[13px] text-ink-faint">
          {text.length > MOST_CHARACTERS * 0.8 ? (
            `${formatNumber(text.length)} of ${formatNumber(MOST_CHARACTERS)} characters`
          ) : (
            <span className="hidden sm:inline">
              <Key>Enter</Key> asks, <Key>Shift</Key> <Key>Enter</Key> a new line, <Key>↑</Key> earlier questions
            </span>
          )}
        </p>
        <Button type="submit" kind="primary" disabled={text.trim() === ""}>
          Ask <CornerDownLeft aria-hidden />
        </Button>
      </div>
    </form>
  );
}

function Key({ children }: { children: React.ReactNode }) {
  return <kbd className="rounded border border-line bg-sunken px-1 font-sans text-xs">{children}</kbd>;
}
