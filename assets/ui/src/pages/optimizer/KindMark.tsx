// What a recommendation is about: an icon and the word.
import { ArrowDownToLine, ArrowUpFromLine, Clock3, Moon, Power, Timer, UserX, type LucideIcon } from "lucide-react";
import type { Confidence } from "../../api/types";
import { Badge } from "../../components/Badge";
import { kindTitle } from "../../lib/adviceWords";
import { capital } from "../../lib/format";
import type { Tone } from "../../lib/tone";

const ICONS: Record<string, LucideIcon> = {
  running_mode: Power,
  timeout: Timer,
  too_large: ArrowDownToLine,
  too_small: ArrowUpFromLine,
  idle: Moon,
  never_used: Clock3,
  orphaned: UserX,
};

export function KindMark({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? Power;
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint">
      <Icon aria-hidden />
      {kindTitle(kind)}
    </span>
  );
}

const CONFIDENCE: Record<Confidence, Tone> = { high: "good", medium: "info", low: "warn" };

export function ConfidenceBadge({ confidence }: { confidence: Confidence }) {
  return (
    <Badge tone={CONFIDENCE[confidence]} dot>
      {capital(confidence)}
    </Badge>
  );
}
