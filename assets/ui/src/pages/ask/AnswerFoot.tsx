// Who answered, how long it took, what it cost in tokens, how old the data is, and what can be done.
import { BadgeCheck, BookOpenCheck, ChevronDown, Sparkles } from "lucide-react";
import { Collapsible } from "radix-ui";
import type { Answer, Tier, TokenUsage } from "../../api/types";
import { AsOf } from "../../components/AsOf";
import { Badge } from "../../components/Badge";
import { Fact, Facts } from "../../components/Facts";
import { formatCount, formatDuration, formatNumber } from "../../lib/format";
import type { Tone } from "../../lib/tone";

const TIERS: Record<Tier, { title: string; tone: Tone; icon: typeof Sparkles; words: string }> = {
  template: { title: "Known question", tone: "good", icon: BookOpenCheck, words: "The SQL comes from a known kind of question, not from the model" },
  verified: { title: "Verified", tone: "accent", icon: BadgeCheck, words: "A person verified this question and its SQL" },
  model: { title: "Model", tone: "info", icon: Sparkles, words: "The language model wrote the SQL: look at it before you rely on it" },
};

interface AnswerFootProps {
  answer: Answer;
  asOf: string | null | undefined;
  /** Buttons. */
  children?: React.ReactNode;
}

export function AnswerFoot({ answer, asOf, children }: AnswerFootProps) {
  const { usage, duration_ms: time } = answer;
  const took = time < 1000 ? `${formatNumber(time)} ms` : formatDuration(time);
  return (
    <Collapsible.Root>
      <div className="flex flex-wrap items-center gap-x-3.5 gap-y-1.5 text-[13px] text-ink-faint">
        {/* Who found no answer matters only where that took a model. */}
        {answer.tier && (answer.outcome === "answered" || answer.tier === "model") && <TierBadge tier={answer.tier} />}
        {usage ? (
          <Collapsible.Trigger className="group inline-flex items-center gap-1 rounded hover:text-ink">
            {took} · {formatCount(usage.sampled_tokens + usage.forced_tokens, "token")}
            <ChevronDown aria-hidden className="size-3.5 transition-transform group-data-[state=open]:rotate-180" />
          </Collapsible.Trigger>
        ) : (
          <span>{took}</span>
        )}
        {asOf && <AsOf at={asOf} />}
        {children && <div className="-mr-1.5 flex grow flex-wrap items-center justify-end gap-x-0.5 gap-y-1">{children}</div>}
      </div>
      {usage && (
        <Collapsible.Content className="mt-3 rounded-lg bg-sunken px-3.5 py-3">
          <Usage usage={usage} />
        </Collapsible.Content>
      )}
    </Collapsible.Root>
  );
}

function TierBadge({ tier }: { tier: Tier }) {
  const { title, tone, icon: Icon, words } = TIERS[tier];
  return (
    <span title={words}>
      <Badge tone={tone}>
        <Icon aria-hidden className="size-3.5" />
        {title}
      </Badge>
    </span>
  );
}

function Usage({ usage }: { usage: TokenUsage }) {
  const seconds = (time: number) => formatDuration(time);
  return (
    <Facts columns={3}>
      <Fact name="Prompt read (prefill)">
        {formatCount(usage.prompt_tokens - usage.reused_tokens, "token")} in {seconds(usage.prefill_ms)}
      </Fact>
      <Fact name="Prompt kept from before">{formatCount(usage.reused_tokens, "token")}</Fact>
      <Fact name="Waited in the queue">{seconds(usage.queued_ms)}</Fact>
      <Fact name="Written by choice (sampled)">{formatCount(usage.sampled_tokens, "token")}</Fact>
      <Fact name="Written by the grammar (forced)">{formatCount(usage.forced_tokens, "token")}</Fact>
      <Fact name="Writing">{seconds(usage.decode_ms)}</Fact>
    </Facts>
  );
}
