// The language model in a few words, and all that is known of it on demand.
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { modelQuery } from "../../api/queries";
import type { ModelStatus } from "../../api/types";
import { Dot } from "../../components/Badge";
import { Fact, Facts } from "../../components/Facts";
import { formatCount, formatNumber } from "../../lib/format";
import type { Tone } from "../../lib/tone";

export function ModelChip() {
  const { data } = useQuery(modelQuery);
  if (data === undefined) return null;
  const { tone, words } = inShort(data);
  return (
    <Popover.Root>
      <Popover.Trigger className="inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-2xl border border-line bg-panel px-2.5 py-0.5 text-left text-[13px] text-ink-soft transition-colors hover:border-line-strong hover:text-ink">
        <Dot tone={tone} pulse={data?.state === "loading"} />
        <span className="min-w-0 break-words">{words}</span>
        <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={12}
          aria-label="The language model"
          className="z-50 w-[min(380px,92vw)] rounded-xl border border-line bg-raised p-4 text-sm shadow-raised animate-appear"
        >
          {data === null ? <NoModel /> : <Details model={data} />}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function inShort(model: ModelStatus | null): { tone: Tone; words: string } {
  if (model === null) return { tone: "idle", words: "Known kinds of question only; no model is loaded" };
  if (model.state === "loading") return { tone: "info", words: `${model.name} is loading` };
  if (model.state === "failed") return { tone: "bad", words: `${model.name} could not be loaded` };
  const speed = model.decode_tokens_per_second;
  return { tone: "good", words: speed > 0 ? `${model.name} · ${pace(speed)}` : `${model.name} is ready` };
}

const pace = (speed: number) => `${formatNumber(Number(speed.toFixed(1)))} tokens/s`;
const mebibytes = (bytes: number) => `${formatNumber(Math.round(bytes / 2 ** 20))} MiB`;

function NoModel() {
  return (
    <>
      <p className="font-medium">No language model is loaded</p>
      <p className="mt-1 text-ink-soft">
        Known kinds of question are answered without one, in milliseconds. Anything else needs a model. Whoever runs this server
        adds one:
      </p>
      <pre className="mt-2 overflow-x-auto rounded-lg bg-sunken px-3 py-2 font-mono text-xs leading-relaxed">
        stocktake model import FILE.gguf{"\n"}stocktake model use NAME
      </pre>
      <p className="mt-2 text-[13px] text-ink-faint">
        <code className="font-mono">stocktake model --help</code> says more.
      </p>
    </>
  );
}

function Details({ model }: { model: ModelStatus }) {
  return (
    <>
      <p className="font-medium break-words">{model.name}</p>
      {model.state === "failed" && <p className="mt-1 break-words text-bad">{model.error ?? "The server does not say why."}</p>}
      {model.state === "failed" && (
        <p className="mt-1 text-ink-soft">Known kinds of question are answered as before.</p>
      )}
      {model.state === "loading" && <p className="mt-1 text-ink-soft">It is read into memory. Known kinds of question are answered meanwhile.</p>}
      {model.state === "ready" && (
        <div className="mt-3">
          <Facts>
            <Fact name="Reads">{pace(model.prefill_tokens_per_second)}</Fact>
            <Fact name="Writes">{pace(model.decode_tokens_per_second)}</Fact>
            <Fact name="Kind">{[model.architecture, model.quantization].filter(Boolean).join(", ")}</Fact>
            <Fact name="Kernels">
              {model.kernel}, {formatCount(model.threads, "thread")}
            </Fact>
            <Fact name="Questions in the queue">
              {model.queued} of {model.queue_capacity}
            </Fact>
            <Fact name="Prompt kept from before">{Math.round(model.prefix_hit_rate * 100)} %</Fact>
            <Fact name="File">{mebibytes(model.file_bytes)}</Fact>
            <Fact name="Memory of the server">{mebibytes(model.resident_bytes)}</Fact>
          </Facts>
        </div>
      )}
    </>
  );
}
