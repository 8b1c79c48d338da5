// A state in one word, with a dot of its colour: the word carries the meaning, not the colour.
import clsx from "clsx";
import { formatConstant } from "../lib/format";
import { toneOf, type Tone } from "../lib/tone";

const TONES: Record<Tone, string> = {
  good: "bg-good-soft text-good",
  info: "bg-info-soft text-info",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  idle: "bg-idle-soft text-idle",
  accent: "bg-accent-soft text-accent",
};

const DOTS: Record<Tone, string> = {
  good: "bg-good",
  info: "bg-info",
  warn: "bg-warn",
  bad: "bg-bad",
  idle: "bg-idle",
  accent: "bg-accent",
};

interface BadgeProps {
  tone: Tone;
  children: React.ReactNode;
  dot?: boolean;
}

export function Badge({ tone, children, dot = false }: BadgeProps) {
  return (
    <span
      className={clsx(
        "inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {dot && <Dot tone={tone} />}
      {children}
    </span>
  );
}

export function Dot({ tone, pulse = false }: { tone: Tone; pulse?: boolean }) {
  return (
    <span aria-hidden className={clsx("size-1.5 shrink-0 rounded-full", DOTS[tone], pulse && "animate-pulse-soft")} />
  );
}

/** The badge of a state, status or kind of change as AWS or the API names it. */
export function StateBadge({ state }: { state: string }) {
  return (
    <Badge tone={toneOf(state)} dot>
      {formatConstant(state.charAt(0) === state.charAt(0).toLowerCase() ? state.toUpperCase() : state)}
    </Badge>
  );
}
