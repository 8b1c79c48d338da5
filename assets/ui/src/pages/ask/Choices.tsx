// What a question may mean. One press asks it in that sense; the others stay at hand.
import { Check } from "lucide-react";
import type { Reading } from "../../api/types";
import { capital } from "../../lib/format";

interface ChoicesProps {
  readings: Reading[];
  chosen: string | undefined;
  /** There is an answer already; the readings are other ways to take the question. */
  answered: boolean;
  onChoose: (reading: string) => void;
}

export function Choices({ readings, chosen, answered, onChoose }: ChoicesProps) {
  const lead = chosen !== undefined ? "You meant" : answered ? "It may also mean" : "This can mean more than one thing. What do you mean?";
  return (
    <div role="group" aria-label={lead} className="flex flex-col gap-2">
      <p className={chosen === undefined && !answered ? "text-[17px] leading-snug font-medium" : "text-sm text-ink-faint"}>{lead}</p>
      <div className="flex flex-wrap gap-2">
        {readings.map((reading) => (
          <button
            key={reading.id}
            type="button"
            aria-pressed={reading.id === chosen}
            className="inline-flex min-h-9 max-w-full items-center gap-2 rounded-lg border border-line-strong bg-panel px-3 py-1.5 text-left text-sm transition-colors hover:border-accent hover:bg-accent-soft aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent [&_svg]:size-4 [&_svg]:shrink-0"
            onClick={() => onChoose(reading.id)}
          >
            {reading.id === chosen && <Check aria-hidden />}
            {capital(reading.label)}
          </button>
        ))}
      </div>
    </div>
  );
}
